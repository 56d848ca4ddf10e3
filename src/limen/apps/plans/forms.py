"""Forms about care plans: they translate what was typed; services decide."""

from django import forms

from limen.apps.plans import selectors
from limen.apps.plans.models import Review
from limen.apps.records.days import check_near

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
LONGEST = 4000


def day_field(label: str, **more) -> forms.DateField:
    return forms.DateField(
        label=label,
        validators=[check_near],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 2026-03-16."},
        **more,
    )


def time_field(label: str, **more) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time of day, such as 09:30."},
        **more,
    )


def words_field(label: str, **more) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST, **more)


def code_field() -> forms.CharField:
    return forms.CharField(
        label="Your code",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class StartForm(forms.Form):
    """Which protocol, from when, on which weekdays, at what time; signed."""

    protocol_id = forms.ChoiceField(label="Protocol", widget=forms.RadioSelect)
    start_date = day_field("First dosing day")
    first_time = time_field("Time of the visits")
    weekdays_open = forms.MultipleChoiceField(
        label="Weekdays that may be used", choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    code = code_field()

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        found = selectors.protocols()
        self.fields["protocol_id"].choices = [(p.identity.id, p.identity.title) for p in found]

    def clean_start_date(self):
        if self.cleaned_data["start_date"] < self.today:
            raise forms.ValidationError(f"Choose today ({self.today:%-d %b %Y}) or a later day.")
        return self.cleaned_data["start_date"]


class MoveForm(forms.Form):
    """Another day, and another time if wanted."""

    new_date = day_field("New day")
    new_time = time_field("New time", required=False)
    reason = words_field("Reason", required=False)


class CloseForm(forms.Form):
    """What became of a visit."""

    action = forms.ChoiceField(
        label="What became of this visit?",
        choices=[("done", "Done"), ("missed", "Missed"), ("skip", "Left out on purpose")],
        widget=forms.RadioSelect,
    )
    done_on = day_field("Done on", required=False)
    reason = words_field("Reason", required=False)

    def clean(self):
        data = super().clean()
        if data.get("action") == "done" and not data.get("done_on") and "done_on" not in self.errors:
            self.add_error("done_on", "Say on which day it was done.")
        if data.get("action") == "skip" and not data.get("reason", "").strip():
            self.add_error("reason", "Say why this visit is left out.")
        return data


class StateForm(forms.Form):
    """Pause, resume, complete or stop the plan."""

    CHOICES = [("paused", "Pause"), ("active", "Resume"), ("completed", "Complete"), ("stopped", "Stop")]
    state = forms.ChoiceField(label="Change", widget=forms.RadioSelect)
    resume_on = day_field("Day of the next visit", required=False)
    reason = words_field("Reason")

    def __init__(self, *args, plan_state: str, **kwargs):
        super().__init__(*args, **kwargs)
        without = {"active": "active", "paused": "paused"}[plan_state]
        self.fields["state"].choices = [choice for choice in self.CHOICES if choice[0] != without]
        if plan_state == "active":
            del self.fields["resume_on"]


class GoalForm(forms.Form):
    """A goal in the patient's own words."""

    words = forms.CharField(
        label="What do you hope will be different?", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )


class ReviewForm(forms.Form):
    """The decision of a review; the next dates follow it."""

    decision = forms.ChoiceField(label="Decision", choices=Review.DECISIONS, widget=forms.RadioSelect)
    reason = words_field("Reason")
    patient_text = words_field("In plain words, for the patient")
    next_dose_on = day_field("Next dosing visit on (for spacing out)", required=False)
    next_review_on = day_field("Next review on", required=False)
    code = code_field()
