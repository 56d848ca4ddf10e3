"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "With denominator and interval",
        {
            "label": "Response at week 4",
            "value": "50",
            "unit": "%",
            "denominator": "12 of 24 who started",
            "interval": "95 % interval 31 to 69 %",
            "note": "5 not seen, counted as no response",
            "source_url": "#",
        },
    ),
    Example("Plain", {"label": "In session now", "value": 2, "denominator": "of 5 rooms"}),
    Example("Unknown", {"label": "Remission at week 10", "value": None, "note": "Nobody has reached week 10 yet."}),
)
