"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Pages of one chart",
        {
            "label": "Chart pages",
            "items": [
                {"label": "Summary", "url": "#", "is_current": True},
                {"label": "Measures", "url": "#", "count": 3},
                {"label": "Sessions", "url": "#"},
            ],
        },
    ),
)
