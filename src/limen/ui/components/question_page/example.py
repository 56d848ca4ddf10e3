"""Examples of this component, shown in the style guide and rendered by its tests."""

from django import forms

from limen.ui.components import Example


class InterestForm(forms.Form):
    """One question, four answers."""

    prefix = "question"
    interest = forms.ChoiceField(
        label="In the last two weeks, how often did you feel rested?",
        choices=[
            ("0", "Not at all"),
            ("1", "Several days"),
            ("2", "More than half the days"),
            ("3", "Nearly every day"),
        ],
        widget=forms.RadioSelect,
    )


EXAMPLES = (
    Example(
        "One question",
        {"field": InterestForm()["interest"], "caption": "Check-in", "step": 3, "of": 9, "back_url": "#"},
    ),
)
