"""Forms of the measures pages: one question, a whole form from paper, asking for one, and a set of vital signs."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from limen.apps.measures import definitions
from limen.apps.measures.vital_ranges import ENTRY_RANGES
from limen.apps.records import clock
from limen.clinical.definitions.instrument import Instrument, Item

REFUSED = "refused"
NOTE_LIMIT = 2000
LONGEST_WINDOW_DAYS = 366
PURPOSES = [
    ("baseline", "Baseline"),
    ("follow_up", "Follow-up"),
    ("visit", "For a visit"),
    ("before_dose", "Before a dose"),
]
CONTEXTS = [("intake", "Intake or visit"), ("gate", "Before a dose"), ("discharge", "Before going home")]


def answer_choices(item: Item, *, has_refusal: bool) -> list[tuple[str, str]]:
    """The item's answers in the form's own words, and a way not to answer where it has none of its own."""
    choices = [(str(option.value), option.label) for option in item.answers.options]
    own = any(option.key == REFUSED for option in item.answers.options)
    return choices if own or not has_refusal else [*choices, (REFUSED, "I would rather not answer")]


def stem_of(instrument: Instrument, item: Item) -> str:
    """The words that belong to every question: the form's own, or the period where they speak to the asker."""
    if instrument.respondent == "self" and item.required:
        return instrument.instructions
    return f"About the {item.recall.label}." if item.recall else ""


class QuestionForm(forms.Form):
    """One question. `item` guards against a second tab that has moved on."""

    item = forms.CharField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the answer that fits best, or choose not to answer.",
            "invalid_choice": "Choose one of the answers shown.",
        },
    )

    def __init__(self, *args, asked: Item, instrument: Instrument, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["answer"].help_text = stem_of(instrument, asked)
        self.fields["item"].initial = asked.id
        self.fields["answer"].label = asked.text
        self.fields["answer"].choices = answer_choices(asked, has_refusal=asked.required)
        self.fields["answer"].required = asked.required

    def clean_item(self):
        if self.cleaned_data["item"] != self.asked.id:
            raise forms.ValidationError(
                "The questions have moved on since this page was opened. Please answer this one."
            )
        return self.cleaned_data["item"]


class PaperForm(forms.Form):
    """A whole questionnaire keyed in from paper or a visit, with the moment it was filled in."""

    completed_at = forms.DateTimeField(
        label="Filled in at",
        help_text="The patient's own date and time, as written on the paper.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Give the date and time.", "invalid": "Give a date and time that exist."},
    )
    entry_mode = forms.ChoiceField(
        label="How it was given",
        choices=[("paper", "The patient filled in paper"), ("clinician", "Asked by a clinician")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the answers were given."},
    )
    is_baseline = forms.BooleanField(label="This is the baseline that later scores are compared with", required=False)

    def __init__(self, *args, instrument: Instrument, time_zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.instrument, self.time_zone = instrument, ZoneInfo(time_zone)
        self.fields["completed_at"].initial = clock.now().astimezone(self.time_zone).strftime("%Y-%m-%dT%H:%M")
        for number, item in enumerate(instrument.items, start=1):
            self.fields[f"item-{item.id}"] = forms.ChoiceField(
                label=f"{number}. {item.text}",
                choices=[(str(option.value), option.label) for option in item.answers.options],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": "Choose one of the answers shown."},
            )

    def item_fields(self):
        return [self[f"item-{item.id}"] for item in self.instrument.items]

    def clean_completed_at(self):
        given = self.cleaned_data["completed_at"].replace(tzinfo=self.time_zone)
        if given > clock.now():
            raise forms.ValidationError("This is in the future. Check the date and the time.")
        return given

    def answers(self) -> dict[str, int | None]:
        given = {item.id: self.cleaned_data.get(f"item-{item.id}", "") for item in self.instrument.items}
        return {item: int(value) if value else None for item, value in given.items()}

    def clean(self):
        if not self.errors and all(value is None for value in self.answers().values()):
            raise forms.ValidationError("No question has an answer. Choose at least one.")
        return self.cleaned_data


class AssignForm(forms.Form):
    """Ask a patient for a questionnaire between two dates of their own calendar."""

    instrument_id = forms.ChoiceField(label="Questionnaire")
    purpose = forms.ChoiceField(label="What it is for", choices=PURPOSES, initial="follow_up")
    opens_on = forms.DateField(label="Opens", widget=forms.DateInput(attrs={"type": "date"}))
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}))
    closes_on = forms.DateField(
        label="Closes", help_text="The last day it can be filled in.", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        rows = definitions.instruments_for_staff()
        self.fields["instrument_id"].choices = [
            ("", "Choose a questionnaire"),
            *[(row.identity.id, f"{row.abbreviation}: {row.identity.title}") for row in rows],
        ]
        for name in ("opens_on", "due_on"):
            self.fields[name].initial = today.isoformat()
        self.fields["closes_on"].initial = (today + timedelta(days=7)).isoformat()

    def clean(self):
        data = self.cleaned_data
        opens, due, closes = data.get("opens_on"), data.get("due_on"), data.get("closes_on")
        if opens and due and due < opens:
            self.add_error("due_on", f"Due on {due:%d %B %Y} is before it opens on {opens:%d %B %Y}.")
        if due and closes and closes < due:
            self.add_error("closes_on", f"It would close on {closes:%d %B %Y}, before it is due on {due:%d %B %Y}.")
        if closes and closes < self.today:
            self.add_error("closes_on", f"{closes:%d %B %Y} has passed. Choose today or later.")
        if closes and (closes - self.today).days > LONGEST_WINDOW_DAYS:
            self.add_error("closes_on", "That is more than a year away. Check the year.")
        return data


class VitalForm(forms.Form):
    """One set of vital signs. The service checks every number; this form only carries what was typed."""

    prefix = "vital"
    context = forms.ChoiceField(label="When", choices=CONTEXTS)
    occurred_at = forms.DateTimeField(
        label="Measured at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Give the date and time.", "invalid": "Give a date and time that exist."},
    )
    is_after_rest = forms.BooleanField(label="Measured again after rest", required=False)
    is_weight_confirmed = forms.BooleanField(label="The weight was measured in kilograms", required=False)
    note = forms.CharField(
        label="Note", required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, time_zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_zone = ZoneInfo(time_zone)
        self.fields["occurred_at"].initial = clock.now().astimezone(self.time_zone).strftime("%Y-%m-%dT%H:%M")
        for entry in ENTRY_RANGES.values():
            self.fields[entry.field] = forms.CharField(
                label=entry.label,
                required=False,
                max_length=10,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean_occurred_at(self) -> datetime:
        return self.cleaned_data["occurred_at"].replace(tzinfo=self.time_zone)

    def values(self) -> dict[str, Any]:
        typed = {field: self.cleaned_data.get(field, "").strip() for field in ENTRY_RANGES}
        return {field: text for field, text in typed.items() if text}

    def number_fields(self):
        return [{"bound": self[entry.field], "unit": entry.unit} for entry in ENTRY_RANGES.values()]
