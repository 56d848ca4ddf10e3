"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "With a way on",
        {
            "title": "No journal entries yet",
            "text": "What you write here is yours. Nobody reads it unless you share it.",
            "url": "#",
            "link_label": "Write the first one",
        },
    ),
)
