"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example("Neutral", {"text": "Not started"}),
    Example("Good", {"text": "Met", "tone": "good"}),
    Example("Watch", {"text": "Due in 10 min", "tone": "watch"}),
    Example("Alert", {"text": "Open safety signal", "tone": "alert"}),
    Example("Info", {"text": "In session", "tone": "info"}),
    Example("Cannot tell", {"text": "Cannot tell", "icon_name": "unknown"}),
)
