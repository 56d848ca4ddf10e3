"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "A published source",
        {
            "citation": "Kroenke, Spitzer, Williams. J Gen Intern Med 2001;16:606–13",
            "place": "Table 5",
            "grade": "A",
            "url": "#",
        },
    ),
)
