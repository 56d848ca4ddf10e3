"""The forms of the free assessment, one question each."""

from django import forms

from limen.apps.patients.forms import birth_date_field
from limen.apps.screening.rules import assessment_questions
from limen.clinical.definitions.question_set import Question

ELSEWHERE = "elsewhere"
TRIED = [("yes", "Yes"), ("no", "No"), ("unsure", "Not sure")]
ENOUGH = [("yes", "Yes"), ("no", "No"), ("not sure", "Not sure")]
HELPED = [("none", "No"), ("partial", "A little"), ("full", "Yes, fully"), ("unknown", "Not sure")]
CHOOSE = {"required": "Choose the answer that fits best.", "invalid_choice": "Choose one of the answers shown."}


class AgeForm(forms.Form):
    """Age first. The limits are those of the question in the knowledge file."""

    answer = forms.IntegerField(widget=forms.NumberInput(attrs={"inputmode": "numeric"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        question: Question = assessment_questions().question("age")
        field = self.fields["answer"]
        field.label, field.help_text = question.text, question.help_text
        self.low, self.high = question.minimum, question.maximum
        wrong = f"Enter your age in whole years, between {self.low} and {self.high}."
        field.error_messages = {"required": wrong, "invalid": wrong}
        self.wrong = wrong

    def clean_answer(self) -> int:
        years = self.cleaned_data["answer"]
        if not self.low <= years <= self.high:
            raise forms.ValidationError(self.wrong)
        return years


class PlaceForm(forms.Form):
    """Where the person lives: the places served, or somewhere else."""

    answer = forms.ChoiceField(widget=forms.RadioSelect, error_messages=CHOOSE)

    def __init__(self, *args, places: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        question = assessment_questions().question("place")
        field = self.fields["answer"]
        field.label, field.help_text = question.text, question.help_text
        field.choices = [*[(place, place) for place in places], (ELSEWHERE, "Somewhere else")]


class ItemForm(forms.Form):
    """One item of a questionnaire, in its own words."""

    answer = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, error_messages=CHOOSE)

    def __init__(self, *args, item, instructions: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].label, self.fields["answer"].help_text = item.text, instructions
        self.fields["answer"].choices = [(str(o.value), o.label) for o in item.answers.options]


class OptionForm(forms.Form):
    """One question about health."""

    answer = forms.ChoiceField(widget=forms.RadioSelect, error_messages=CHOOSE)

    def __init__(self, *args, question: Question, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        field.label, field.help_text = question.text, question.help_text
        field.choices = [(option.key, option.label) for option in question.options]


class TriedForm(forms.Form):
    answer = forms.ChoiceField(
        label="Have you taken medicine for depression, now or before?",
        choices=TRIED,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )


class MedicineForm(forms.Form):
    """One antidepressant, in the person's own words."""

    drug = forms.CharField(
        label="Name of the medicine",
        help_text="As well as you remember, for example sertraline.",
        max_length=120,
        error_messages={"required": "Write the name, as well as you remember it."},
    )
    enough = forms.ChoiceField(
        label="Did you take it as long, and as much, as your doctor advised?",
        choices=ENOUGH,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    outcome = forms.ChoiceField(label="Did it help?", choices=HELPED, widget=forms.RadioSelect, error_messages=CHOOSE)


class GoalsForm(forms.Form):
    answer = forms.CharField(
        label="What would you like to be different?",
        help_text="In your own words. You may leave it empty.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ContactForm(forms.Form):
    """Ask a site to get in touch. Nothing is kept before this is sent."""

    site = forms.ChoiceField(label="Which clinic?", error_messages=CHOOSE)
    given_name = forms.CharField(label="Given name", max_length=120)
    family_name = forms.CharField(label="Family name", max_length=120)
    birth_date = birth_date_field()
    email = forms.EmailField(label="E-mail", max_length=254)
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    permission = forms.BooleanField(
        error_messages={"required": "Without your permission nothing is sent. Tick the box, or go back."}
    )

    def __init__(self, *args, sites, permission_text: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = [(str(site.uid), site.name) for site in sites]
        if len(sites) == 1:
            self.fields["site"].initial = str(sites[0].uid)
            self.fields["site"].widget = forms.HiddenInput()
        self.fields["permission"].label = permission_text
