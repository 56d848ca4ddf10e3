"""Examples of this component, shown in the style guide and rendered by its tests."""

from django import forms

from limen.ui.components import Example


class VisitForm(forms.Form):
    """A form with one field of every kind."""

    prefix = "example"
    name = forms.CharField(label="Full name", help_text="As it stands on your ID.")
    weight_kg = forms.DecimalField(label="Weight", min_value=0)
    seen_on = forms.DateField(label="Date seen")
    site = forms.ChoiceField(
        label="Site", choices=[("", "Choose a site"), ("a", "Harbour House"), ("b", "Hill Street")]
    )
    sleep = forms.ChoiceField(
        label="How did you sleep last night?",
        choices=[("0", "Well"), ("1", "So-so"), ("2", "Badly")],
        widget=forms.RadioSelect,
    )
    contact = forms.MultipleChoiceField(
        label="How may we reach you?",
        choices=[("sms", "Text message"), ("mail", "E-mail"), ("call", "Phone call")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    understood = forms.BooleanField(label="I have read this and my questions were answered")
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)


EMPTY = VisitForm()
WRONG = VisitForm({"wrong-name": "", "wrong-weight_kg": "-4", "wrong-site": "a"}, prefix="wrong")

EXAMPLES = (
    Example("Text with hint", {"bound": EMPTY["name"]}),
    Example("Text with an error", {"bound": WRONG["name"]}),
    Example("Number with a unit", {"bound": EMPTY["weight_kg"], "suffix": "kg"}),
    Example("Number with an error", {"bound": WRONG["weight_kg"], "suffix": "kg", "hint": "In indoor clothes."}),
    Example("Date", {"bound": EMPTY["seen_on"]}),
    Example("Select", {"bound": EMPTY["site"]}),
    Example("One of several", {"bound": EMPTY["sleep"]}),
    Example("One of several, with an error", {"bound": WRONG["sleep"]}),
    Example("Any of several", {"bound": EMPTY["contact"], "choice_hints": {"sms": "Standard rates apply."}}),
    Example("Single box", {"bound": EMPTY["understood"]}),
    Example("Long text", {"bound": EMPTY["note"]}),
)
