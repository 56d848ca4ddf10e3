"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example
from limen.ui.components.field.example import WRONG

EXAMPLES = (Example("Each line leads to its field", {"form": WRONG}),)
