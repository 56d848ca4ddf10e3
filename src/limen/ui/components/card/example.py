"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Plain", {"title": "Intention", "aside": "for 12 March"}, body="To feel a little less braced against the day."
    ),
    Example(
        "Today's one thing", {"title": "Check in", "is_today": True, "foot": "About two minutes"}, body="How are you?"
    ),
)
