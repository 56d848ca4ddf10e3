"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Check your answers",
        {
            "rows": [
                {"label": "Date of birth", "value": "9 March 1984", "change_url": "#"},
                {"label": "Who can stay with you", "value": "Jo Demo, sister", "change_url": "#"},
                {"label": "Current medicines", "value": None, "change_url": "#"},
            ]
        },
    ),
)
