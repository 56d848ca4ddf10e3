"""What is typed about orders and sessions. A form reads strictly; what is allowed is the services' affair."""

import uuid
from decimal import Decimal

from django import forms

from limen.apps.measures.vital_ranges import ENTRY_RANGES
from limen.apps.treatment.models import ROUTES, AdverseEvent
from limen.apps.treatment.services.doses import HAPPENINGS
from limen.apps.treatment.services.endings import OTHER_ENDINGS
from limen.clinical.instruments import asked_items
from limen.clinical.units import InvalidNumber, parse_decimal

DRUGS = [("ketamine", "Ketamine (racemic)"), ("esketamine", "Esketamine")]
PLACES = [("clinic", "In the clinic"), ("home", "At home")]
ENTRY_LIMIT_MG = Decimal("99999.99")  # what the column holds; limits of a dose are the site's
VITALS = ("systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_percent", "respiratory_rate_per_min")


class StrictMilligrams(forms.CharField):
    """Milligrams typed as plain digits, at most two places; "1,000", "5e3" and "0,5" are refused, never guessed."""

    def __init__(self, *, lowest: str, **more):
        super().__init__(**more)
        self.lowest = Decimal(lowest)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_decimal(text, name="Dose in mg", minimum=self.lowest, maximum=ENTRY_LIMIT_MG, places=2)
        except InvalidNumber as error:
            raise forms.ValidationError(str(error)) from error


def when_field(label: str = "When it happened") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"),
        help_text="Leave empty for now. An earlier time is marked as a late entry.",
    )


def code_field() -> forms.CharField:
    return forms.CharField(
        label="Your code",
        required=False,
        help_text="From your authenticator, or leave empty after a fresh passkey.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class EntryForm(forms.Form):
    """Something written into a session once: `client_uid` makes a second sending the same entry."""

    client_uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {}).setdefault("client_uid", uuid.uuid4())
        # Several of these stand on one page: each label must name its own field.
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **kwargs)


class OrderForm(forms.Form):
    """A clinical order to be checked and signed."""

    drug = forms.ChoiceField(label="Medicine", choices=DRUGS)
    route = forms.ChoiceField(label="Route", choices=ROUTES)
    place = forms.ChoiceField(label="Place", choices=PLACES)
    dose_mg = StrictMilligrams(label="Dose", lowest="0.01")
    is_per_kg = forms.BooleanField(label="Worked out from the weight (mg per kg)", required=False)
    duration_min = forms.IntegerField(label="Given over", required=False, min_value=1, max_value=480)
    valid_from = forms.DateField(label="First day", widget=forms.DateInput(format="%Y-%m-%d"))
    valid_until = forms.DateField(label="Last day", widget=forms.DateInput(format="%Y-%m-%d"))
    max_doses = forms.IntegerField(label="How many doses", min_value=1, max_value=50)
    indication = forms.CharField(label="Ordered for", max_length=300)
    instructions = forms.CharField(
        label="Instructions", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    external_prescription = forms.CharField(
        label="Number of the prescription elsewhere",
        required=False,
        max_length=120,
        help_text="The controlled-substance prescription, where the law asks for one, is written outside this system.",
    )
    monitoring_check = forms.CharField(
        label="Prescription-monitoring check",
        required=False,
        max_length=300,
        help_text="When the state's programme was asked, by whom, and what it showed.",
    )
    code = code_field()


class SecondCheckForm(forms.Form):
    reason = forms.CharField(
        label="What you looked at", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    code = code_field()


class CancelForm(forms.Form):
    reason = forms.CharField(label="Why it is cancelled", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class OpenForm(EntryForm):
    """Who arrived, for which visit, where, and who watches."""

    visit = forms.ChoiceField(label="Visit", required=False)
    route = forms.ChoiceField(label="Route", choices=ROUTES)
    place = forms.ChoiceField(label="Place", choices=PLACES)
    room = forms.ChoiceField(label="Room", required=False)
    monitor = forms.ChoiceField(label="Monitor")
    sitter = forms.ChoiceField(label="Sitter", required=False, help_text="At home only: an adult who stays throughout.")

    def __init__(self, *args, visits=(), rooms=(), monitors=(), sitters=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["visit"].choices = [("", "Not planned"), *((str(v.uid), _visit_words(v)) for v in visits)]
        self.fields["room"].choices = [("", "No room"), *((str(r.uid), r.name) for r in rooms)]
        self.fields["monitor"].choices = [(str(u.uid), u.display_name) for u in monitors]
        self.fields["sitter"].choices = [("", "Nobody"), *((str(s.uid), s.name) for s in sitters)]


def _visit_words(visit) -> str:
    return f"{visit.title}, {visit.target_date:%d %b %Y}"


class VitalForm(EntryForm):
    """One set of vital signs; the ranges are checked where they are kept."""

    systolic_mmhg = forms.IntegerField(label="Systolic", required=False)
    diastolic_mmhg = forms.IntegerField(label="Diastolic", required=False)
    heart_rate_bpm = forms.IntegerField(label="Heart rate", required=False)
    spo2_percent = forms.IntegerField(label="SpO₂", required=False)
    respiratory_rate_per_min = forms.IntegerField(label="Breaths", required=False)
    is_after_rest = forms.BooleanField(label="Repeated after rest", required=False)
    occurred_at = when_field("When it was measured")
    note = forms.CharField(label="Note", required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in VITALS:
            entry = ENTRY_RANGES[name]
            attrs = {"inputmode": "numeric", "pattern": "[0-9]*", "autocomplete": "off", "class": "num vital-input"}
            self.fields[name].widget = forms.TextInput(attrs=attrs)
            self.fields[name].error_messages["invalid"] = (
                f"{entry.label}: {entry.lowest} to {entry.highest} {entry.unit} is accepted, as a whole number."
            )

    def values(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in VITALS}


class RatingForm(EntryForm):
    instrument = forms.CharField(max_length=40)
    value = forms.IntegerField()
    occurred_at = when_field()


EVENT_CHOICES = [
    ("note", "Note"),
    ("observation", "Observation"),
    ("intervention", "Something done"),
    ("medication_given", "Medicine given"),
]
BUTTON_KINDS = ("hold", "resume", "stop")


class EventForm(EntryForm):
    """A line in the session. Hold, resume and stop need no words."""

    kind = forms.ChoiceField(label="What", choices=EVENT_CHOICES)
    note = forms.CharField(label="In words", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    answers = forms.CharField(required=False, widget=forms.HiddenInput)
    occurred_at = when_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.data.get("kind") in BUTTON_KINDS:
            self.fields["kind"].choices = [(kind, kind) for kind in BUTTON_KINDS]

    def clean(self):
        data = super().clean()
        if data.get("kind") not in (*BUTTON_KINDS, None) and not data.get("note", "").strip():
            self.add_error("note", "Say what happened.")
        return data


class DoseForm(EntryForm):
    """What was actually taken, as it happened; nothing that was taken is refused."""

    drug = forms.ChoiceField(label="Medicine", choices=DRUGS)
    route = forms.ChoiceField(label="Route", choices=ROUTES)
    dose_mg = StrictMilligrams(label="Taken", lowest="0")
    is_complete = forms.BooleanField(label="This was all of it: no more of this dose follows", required=False)
    happening = forms.ChoiceField(label="How it went", choices=list(HAPPENINGS.items()), widget=forms.RadioSelect)
    lot = forms.CharField(label="Lot", required=False, max_length=40)
    deviation = forms.CharField(
        label="What was different", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    given_at = when_field("When it was taken")


class AdverseForm(EntryForm):
    term = forms.CharField(label="What", max_length=120)
    severity = forms.ChoiceField(
        label="How bad", choices=AdverseEvent.SEVERITIES, widget=forms.RadioSelect, initial="unrated"
    )
    is_serious = forms.BooleanField(
        label="Serious",
        required=False,
        help_text="Death, danger to life, a stay in hospital, lasting harm, or another medically important event.",
    )
    causality = forms.ChoiceField(label="From the medicine", choices=AdverseEvent.CAUSALITIES, initial="unknown")
    started_at = when_field("Since when")
    resolved_at = forms.DateTimeField(
        label="Over since", required=False, widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M")
    )
    detail = forms.CharField(label="Detail", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswersForm(EntryForm):
    """One choice for each line that is asked; a line left open stays missing."""

    occurred_at = when_field("When it was asked")

    def __init__(self, *args, lines=(), given=None, form_id="", **kwargs):
        super().__init__(*args, **kwargs)
        self.line_ids = [line.id for line in lines]
        attrs = {"form": form_id} if form_id else {}
        for line in lines:
            choices = [(value, words_of(value)) for value in (*line.accepted, *line.refused, *line.unsure)]
            self.fields[f"line-{line.id}"] = forms.ChoiceField(
                label=line.question,
                choices=choices,
                required=False,
                widget=forms.RadioSelect(attrs=attrs),
                initial=(given or {}).get(line.id),
            )

    def answers(self) -> dict[str, str]:
        given = {line_id: self.cleaned_data.get(f"line-{line_id}", "") for line_id in self.line_ids}
        return {line_id: value for line_id, value in given.items() if value}


VALUE_WORDS = {"unknown": "Cannot tell", "recent_behaviour": "Recent behaviour", "none": "None"}


def words_of(value: str) -> str:
    """A value of a rule file as people read it."""
    return VALUE_WORDS.get(value, value.replace("_", " ").capitalize())


class QuestionsForm(EntryForm):
    """The suicide questions in the words of their form; a question that is not called for is left out."""

    def __init__(self, *args, instrument, **kwargs):
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        for item in instrument.items:
            self.fields[item.id] = forms.TypedChoiceField(
                label=item.text,
                choices=[(option.value, option.label) for option in item.answers.options],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                help_text=_asked_when(item),
            )

    def clean(self):
        data = super().clean()
        given = {item.id: data.get(item.id) for item in self.instrument.items}
        for item_id in asked_items(self.instrument, given):
            if given[item_id] is None and item_id not in self.errors:
                self.add_error(item_id, "Choose an answer; “prefers not to answer” is one.")
        return data

    def answers(self) -> dict[str, int | None]:
        given = {item.id: self.cleaned_data.get(item.id) for item in self.instrument.items}
        return {item_id: given[item_id] for item_id in asked_items(self.instrument, given)}


def _asked_when(item) -> str:
    if item.asked_if is None:
        return ""
    return (
        f"Asked when question {item.asked_if.item.removeprefix('q')} was answered {' or '.join(item.asked_if.answers)}."
    )


class OverrideForm(forms.Form):
    line_id = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    spoken_to = forms.CharField(label="Spoken to, just now", required=False, max_length=120)


class RecoveredForm(EntryForm):
    note = forms.CharField(label="What you saw", required=False, max_length=500)
    code = code_field()


class LeaveForm(EntryForm):
    escort = forms.CharField(label="Escort, by name", max_length=120, required=False)
    companion = forms.CharField(label="With the person this evening", max_length=120, required=False)
    next_day_contact = forms.ChoiceField(
        label="Tomorrow the person wants",
        choices=[("call", "A call"), ("text", "A text message"), ("form", "A short form")],
        widget=forms.RadioSelect,
    )


class EndForm(EntryForm):
    ending = forms.ChoiceField(
        label="How it ended", choices=[(k, v[0]) for k, v in OTHER_ENDINGS.items()], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="What happened", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    occurred_at = when_field()
