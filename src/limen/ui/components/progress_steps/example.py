"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Half way",
        {
            "steps": [
                {"label": "Arrival", "state": "done"},
                {"label": "Gate", "state": "done"},
                {"label": "Dose", "state": "now"},
                {"label": "Recovery", "state": "todo"},
                {"label": "Discharge", "state": "todo"},
            ]
        },
    ),
)
