"""Examples of this component, shown in the style guide and rendered by its tests."""

import datetime as dt

from limen.ui.components import Example

NOW = dt.datetime(2026, 3, 12, 9, 40, tzinfo=dt.UTC)

EXAMPLES = (
    Example("Coming", {"due_at": NOW + dt.timedelta(minutes=5), "now": NOW, "label": "Blood pressure"}),
    Example("Overdue", {"due_at": NOW - dt.timedelta(minutes=5), "now": NOW, "label": "Blood pressure"}),
    Example("Nothing due", {"due_at": None}),
)
