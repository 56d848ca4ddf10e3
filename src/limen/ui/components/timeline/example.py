"""Examples of this component, shown in the style guide and rendered by its tests."""

import datetime as dt

from limen.ui.components import Example

UTC = dt.UTC

EXAMPLES = (
    Example(
        "A session",
        {
            "label": "Session events",
            "events": [
                {
                    "at": dt.datetime(2026, 3, 12, 9, 2, tzinfo=UTC),
                    "what": "Arrived",
                    "actor": "T. Lind",
                    "kind": "Arrival",
                },
                {
                    "at": dt.datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
                    "what": "Dose started",
                    "elapsed": "0 min",
                    "actor": "Dr M. Osei",
                    "kind": "Administration",
                    "tone": "info",
                },
                {
                    "at": dt.datetime(2026, 3, 12, 9, 45, tzinfo=UTC),
                    "what": "Blood pressure over the site's limit",
                    "elapsed": "15 min",
                    "detail": "168 / 104 mmHg, repeated after rest",
                    "actor": "T. Lind",
                    "kind": "Vital",
                    "tone": "alert",
                },
                {
                    "at": dt.datetime(2026, 3, 12, 9, 50, tzinfo=UTC),
                    "what": "Awake, oriented",
                    "elapsed": "20 min",
                    "actor": "T. Lind",
                    "kind": "Observation",
                    "tone": "good",
                    "recorded_at": dt.datetime(2026, 3, 12, 10, 21, tzinfo=UTC),
                },
            ],
        },
    ),
    Example("Empty", {"events": []}),
)
