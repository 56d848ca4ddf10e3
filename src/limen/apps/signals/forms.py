"""Forms that take, pass on and answer a signal."""

from django import forms

NOTE_LIMIT = 4000


class AnswerForm(forms.Form):
    """What was done. Without it a signal stays open."""

    prefix = "answer"
    note = forms.CharField(
        label="What was done, and what happens next",
        help_text="Who you spoke to, what they said, what was agreed. It becomes part of the record.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=NOTE_LIMIT,
        error_messages={"required": "Say what was done. A signal is not closed without an answer."},
    )


class PassOnForm(forms.Form):
    """Who takes over, and what they need to know."""

    prefix = "pass"
    to_user = forms.ChoiceField(
        label="To", error_messages={"required": "Choose who takes over.", "invalid_choice": "Choose a listed person."}
    )
    note = forms.CharField(
        label="What they need to know",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=NOTE_LIMIT,
        error_messages={"required": "Say what the next person needs to know."},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person in people}
        names = [(uid, person.display_name) for uid, person in self.people.items()]
        self.fields["to_user"].choices = [("", "Choose a person"), *names]

    def clean_to_user(self):
        return self.people[self.cleaned_data["to_user"]]
