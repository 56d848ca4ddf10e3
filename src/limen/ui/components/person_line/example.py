"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (Example("Who", {"name": "Dr M. Osei", "role": "prescriber", "detail": "Harbour House", "url": "#"}),)
