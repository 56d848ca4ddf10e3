"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example("Primary", {"label": "Save and continue"}),
    Example("Primary, big", {"label": "Start today's check-in", "size": "big", "icon_name": "arrow-right"}),
    Example("Quiet", {"label": "Add a note", "variant": "quiet", "icon_name": "pen"}),
    Example("Link", {"label": "Open the chart", "variant": "quiet", "href": "#", "hidden_text": "of Rosa Demo"}),
    Example("Danger", {"label": "Stop the session", "variant": "danger"}),
    Example("Plain", {"label": "Not now", "variant": "plain"}),
    Example("Switched off", {"label": "Sign the order", "disabled": True}),
    Example("Session help", {"label": "I need help", "variant": "help", "icon_name": "phone"}),
)
