"""Forms of referrals, onboarding, intake and the eligibility decision."""

from django import forms

from limen.apps.patients.models import Supporter
from limen.apps.records import clock
from limen.apps.screening.models import Condition, EligibilityDecision, MedicationTrial
from limen.apps.screening.services import PREGNANCY_RESULTS

THREE = [("yes", "Yes"), ("no", "No"), ("unknown", "Cannot tell")]
LONGEST_WEEKS = 1500
ROUTES = {
    "iv": "Into a vein",
    "im": "Into a muscle",
    "sc": "Under the skin",
    "in": "Nasal",
    "sl": "Under the tongue",
    "po": "Swallowed",
}


def day_field(label: str, **more) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 2026-03-12."},
        **more,
    )


def truth(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def words(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[value]


class AcceptForm(forms.Form):
    place = forms.ChoiceField(
        label="Care is meant to happen",
        choices=[("clinic", "In the clinic"), ("home", "At home")],
        widget=forms.RadioSelect,
        initial="clinic",
    )
    is_new_person = forms.BooleanField(
        label="I have looked at the records named above: this is another person", required=False
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    """Settle one onboarding step, or give it an owner and a date."""

    STATES = [("todo", "Still to do"), ("done", "Done"), ("not_needed", "Cannot apply")]
    state = forms.ChoiceField(label="State", choices=STATES, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Note or reason",
        help_text="What was found, or why it cannot apply.",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner = forms.ChoiceField(label="Owner", required=False)
    due_on = day_field("Due")

    def __init__(self, *args, people, may_tick: bool, may_not_apply: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Nobody by name"), *[(str(p.pk), p.display_name) for p in people]]
        hidden = {key for key, allowed in (("done", may_tick), ("not_needed", may_not_apply)) if not allowed}
        self.fields["state"].choices = [row for row in self.STATES if row[0] not in hidden]

    def clean(self):
        data = super().clean()
        if data.get("state") == "not_needed" and not (data.get("note") or "").strip():
            self.add_error("note", "Say why this cannot apply.")
        return data


class TrialForm(forms.Form):
    """One antidepressant tried. Whether it was adequate is a clinician's judgement, and may stay open."""

    drug = forms.CharField(label="Medicine", max_length=120)
    dose_text = forms.CharField(label="Highest dose", max_length=60, required=False)
    duration_weeks = forms.IntegerField(label="Weeks", min_value=0, max_value=LONGEST_WEEKS, required=False)
    outcome = forms.ChoiceField(label="Outcome", choices=MedicationTrial.OUTCOMES, initial="unknown")
    why_stopped = forms.CharField(label="Why it was stopped", max_length=500, required=False)
    is_current_episode = forms.ChoiceField(
        label="In this episode of depression?", choices=THREE, widget=forms.RadioSelect, initial="unknown"
    )
    is_adequate = forms.ChoiceField(
        label="Adequate in dose and time?", choices=THREE, widget=forms.RadioSelect, initial="unknown"
    )

    def __init__(self, *args, may_judge: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_judge:
            del self.fields["is_adequate"]

    def values(self) -> dict:
        data = dict(self.cleaned_data)
        for name in ("is_current_episode", "is_adequate"):
            if name in data:
                data[name] = truth(data[name])
        return data


class ConditionsForm(forms.Form):
    """Every condition the rules ask about: present, absent or not known."""

    def __init__(self, *args, questions, known: dict[str, Condition], **kwargs):
        super().__init__(*args, **kwargs)
        self.known = known
        for question in questions:
            row = known.get(question.code)
            said = (
                f"The patient answered: {row.get_state_display().lower()}." if row and row.source == "patient" else ""
            )
            self.fields[question.code] = forms.ChoiceField(
                label=question.title,
                help_text=said,
                choices=Condition.STATES,
                widget=forms.RadioSelect,
                initial=row.state if row and row.source == "clinician" else None,
                required=False,
            )

    def changed(self) -> dict[str, str]:
        """Only what a clinician answered now and that says something new."""
        found = {}
        for code, state in self.cleaned_data.items():
            row = self.known.get(code)
            if state and (row is None or row.source != "clinician" or row.state != state):
                found[code] = state
        return found


class MedicineForm(forms.Form):
    name = forms.CharField(label="Medicine", max_length=120)
    dose_text = forms.CharField(label="How much, how often", max_length=120, required=False)


class AllergyForm(forms.Form):
    substance = forms.CharField(label="Allergy or intolerance", max_length=120)
    reaction = forms.CharField(label="What happens", max_length=200, required=False)


class LabForm(forms.Form):
    code = forms.CharField(label="Test", max_length=40)
    value_text = forms.CharField(label="Result, with its unit", max_length=200)
    taken_on = day_field("Taken on")

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if "pregnan" in code.lower():
            raise forms.ValidationError("Record a pregnancy test on its own page: its result is restricted.")
        return code

    def clean_taken_on(self):
        return _past(self.cleaned_data["taken_on"])


class PregnancyForm(forms.Form):
    """Asked by capacity to be pregnant; "cannot apply" with its reason; the result is restricted (SR-51)."""

    can_be_pregnant = forms.ChoiceField(
        label="Can this person be pregnant?",
        choices=[("yes", "Yes"), ("no", "No: a test cannot apply")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Why it cannot apply", max_length=300, required=False)
    result = forms.ChoiceField(
        label="Test result",
        choices=[("", "Not tested today"), *[(r, r.capitalize()) for r in PREGNANCY_RESULTS]],
        required=False,
    )
    taken_on = day_field("Tested on", required=False)

    def clean(self):
        data = super().clean()
        if data.get("can_be_pregnant") == "no" and not (data.get("reason") or "").strip():
            self.add_error("reason", "Say why a test cannot apply.")
        if data.get("can_be_pregnant") == "no" and data.get("result"):
            self.add_error("result", "A result does not go with “cannot apply”. Choose one of the two.")
        if data.get("result") and not data.get("taken_on"):
            self.add_error("taken_on", "Say on which day the test was taken.")
        return data

    def clean_taken_on(self):
        return _past(self.cleaned_data["taken_on"])


class OutsideClinicianForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200)
    profession = forms.CharField(label="Profession", max_length=80, required=False)
    address = forms.CharField(label="Address", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    phone = forms.CharField(label="Phone or fax", max_length=60, required=False)
    released_on = day_field(
        "Patient signed a release of information on",
        required=False,
        help_text="Leave empty when there is none: then nothing may be sent.",
    )

    def clean_released_on(self):
        return _past(self.cleaned_data["released_on"])


def _past(day):
    if day is not None and day > clock.now().date():
        raise forms.ValidationError(f"{day:%d %B %Y} is in the future.")
    return day


class SupporterForm(forms.Form):
    """The patient names somebody at their side."""

    role = forms.ChoiceField(label="This person", choices=Supporter.ROLES, widget=forms.RadioSelect)
    name = forms.CharField(label="Name", max_length=200)
    relationship = forms.CharField(label="Who they are to you", max_length=120, required=False)
    phone = forms.CharField(label="Phone", max_length=40)
    is_adult = forms.BooleanField(label="This person is an adult", required=False)

    def clean(self):
        data = super().clean()
        if data.get("role") in ("sitter", "escort") and not data.get("is_adult"):
            self.add_error("is_adult", "Somebody who stays with you or takes you home must be an adult.")
        return data


class AddressForm(forms.Form):
    value = forms.CharField(
        label="The address where you will be after or during treatment",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(forms.Form):
    """The prescriber's decision. It may differ from the assessment; the reason says why."""

    decision = forms.ChoiceField(label="Decision", choices=EligibilityDecision.DECISIONS, widget=forms.RadioSelect)
    routes = forms.MultipleChoiceField(
        label="Covers these ways of giving it",
        choices=list(ROUTES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label="Reason",
        help_text="For the record. Say why, above all where you decide against a line of the assessment.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    patient_text = forms.CharField(
        label="In words for the patient",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    code = forms.CharField(
        label="Your code",
        help_text="From your authenticator app. Leave it empty if you have just used your passkey.",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args, routes: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["routes"].choices = [(code, ROUTES.get(code, code)) for code in routes]

    def clean(self):
        data = super().clean()
        if data.get("decision") == "proceed" and not data.get("routes"):
            self.add_error("routes", "Name at least one way of giving it that this decision covers.")
        return data


class LetterForm(forms.Form):
    KINDS = [("start", "Start of treatment"), ("change", "Change of treatment"), ("stop", "End of treatment")]
    kind = forms.ChoiceField(label="What the letter is about", choices=KINDS, widget=forms.RadioSelect)
    clinician = forms.ChoiceField(label="To")

    def __init__(self, *args, clinicians, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["clinician"].choices = [(str(row.uid), row.name) for row in clinicians]
