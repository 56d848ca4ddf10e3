"""Forms around the therapy: they translate what was typed; services decide."""

from django import forms

from limen.apps.records import clock
from limen.apps.therapy.models import TherapyNote

LONGEST_ENTRY = 20000


class IntentionForm(forms.Form):
    words = forms.CharField(
        label="What would you like to bring to this session?", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class EntryForm(forms.Form):
    text = forms.CharField(label="Your words", widget=forms.Textarea(attrs={"rows": 10}), max_length=LONGEST_ENTRY)


class NoteForm(forms.Form):
    """A note and what the patient takes home. `version` is the one the writer opened; 0 for a new note."""

    kind = forms.ChoiceField(label="Kind", choices=TherapyNote.KINDS)
    occurred_on = forms.DateField(
        label="About the visit on",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 2026-03-16."},
    )
    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 12}), max_length=LONGEST_ENTRY)
    exercises = forms.CharField(
        label="What the patient takes home",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args, time_zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = clock.today(time_zone)

    def clean_occurred_on(self):
        day = self.cleaned_data["occurred_on"]
        if day > self.today:
            raise forms.ValidationError("A note is about today or an earlier day.")
        return day


class SignForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    code = forms.CharField(
        label="Your code",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
