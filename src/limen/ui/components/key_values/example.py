"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Dense facts",
        {
            "rows": [
                {"label": "Weight", "value": "71.5 kg", "note": "measured 2 days ago"},
                {"label": "Blood pressure", "value": "128 / 82 mmHg", "note": "today, 09:40"},
                {"label": "Last dose", "value": "12 March, IV"},
                {"label": "Pregnancy test", "value": None, "missing": "cannot tell, needs a result"},
            ]
        },
    ),
)
