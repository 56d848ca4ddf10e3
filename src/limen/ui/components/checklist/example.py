"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example(
        "Onboarding",
        {
            "label": "Before your first session",
            "items": [
                {"title": "Tell us about your health", "state": "done", "owner": "You"},
                {"title": "Read and sign the consent", "state": "now", "owner": "You", "due": "14 March", "url": "#"},
                {
                    "title": "Name your support person",
                    "state": "overdue",
                    "owner": "You",
                    "due": "10 March",
                    "url": "#",
                },
                {"title": "Blood pressure check", "state": "todo", "owner": "Harbour House", "due": "18 March"},
                {
                    "title": "Eligibility decision",
                    "state": "blocked",
                    "owner": "Dr M. Osei",
                    "detail": "Waits for the blood pressure check.",
                },
            ],
        },
    ),
)
