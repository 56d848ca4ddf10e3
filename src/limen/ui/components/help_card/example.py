"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "With the clinic's own line",
        {
            "text": "You do not have to finish this form first.",
            "after_hours_number": "+1 555 010 0199",
            "watching_text": "Nobody at the clinic is watching this page right now.",
        },
    ),
)
