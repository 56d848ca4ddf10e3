"""Examples of this component, shown in the style guide and rendered by its tests."""

import datetime as dt

from limen.ui.components import Example

ROSA = {
    "display_name": "Rosa Demo",
    "birth_date": dt.date(1984, 3, 9),
    "age_years": 42,
    "uid": "7f3a91c2-5d1e-4b8f-9f3f-2f6f1c0a7b55",
    "site_name": "Harbour House",
    "allergies": ["penicillin", "latex"],
    "alerts": [{"text": "Open safety signal", "tone": "alert"}, {"text": "Fall risk", "tone": "watch"}],
}

EXAMPLES = (
    Example("With allergies and alerts", {"patient": ROSA}),
    Example("None known", {"patient": {**ROSA, "allergies": [], "alerts": []}}),
    Example("Nobody asked yet", {"patient": {**ROSA, "birth_date": None, "allergies": None, "alerts": []}}),
)
