"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "In the middle",
        {"first": 51, "last": 100, "total": 312, "noun": "entries", "previous_url": "#", "next_url": "#"},
    ),
)
