"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example
from limen.ui.components.data_table import Cell, Link

EXAMPLES = (
    Example(
        "Rows by urgency",
        {
            "caption": "Needs a person today",
            "columns": ["Patient", "What", "Owner", {"label": "Due", "is_numeric": True}],
            "rows": [
                {
                    "cells": [
                        Link("Rosa Demo", "#", note="42, Harbour House"),
                        Cell("PHQ-9 item 9 answered 2", note="C-SSRS not yet done"),
                        "Dr M. Osei",
                        "overdue 12 min",
                    ],
                    "tone": "alert",
                },
                {
                    "cells": [
                        Link("Ivo Demo", "#", note="57, Hill Street"),
                        "Blood pressure, 40 min",
                        "T. Lind",
                        "2 min",
                    ],
                    "tone": "watch",
                },
                {
                    "cells": [
                        Link("Ana Demo", "#", note="31, Harbour House"),
                        "Eligibility to decide",
                        "Dr M. Osei",
                        "Fri",
                    ]
                },
            ],
        },
    ),
    Example(
        "Empty",
        {
            "caption": "Reviews waiting",
            "columns": ["Patient", "What"],
            "rows": [],
            "empty_text": "Nothing is waiting for you. Checked a moment ago.",
        },
    ),
)
