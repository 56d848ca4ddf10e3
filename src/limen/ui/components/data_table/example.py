"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

COLUMNS = (
    {"label": "Measure"},
    {"label": "Date"},
    {"label": "Score", "is_numeric": True},
    {"label": "Change", "is_numeric": True, "note": "from baseline"},
)

EXAMPLES = (
    Example(
        "With numbers",
        {
            "caption": "PHQ-9 over time",
            "note": "Higher means more symptoms; 0 to 27.",
            "columns": COLUMNS,
            "rows": [
                ["PHQ-9", "2 March", 19, None],
                ["PHQ-9", "16 March", 14, "−5"],
                ["PHQ-9", "30 March", 8, "−11"],
            ],
        },
    ),
    Example(
        "Empty",
        {
            "caption": "Adverse events",
            "columns": COLUMNS,
            "rows": [],
            "empty_text": "No adverse event has been recorded in this episode.",
        },
    ),
)
