"""The form that signs a consent: one box for each statement, and the code."""

from django import forms

from limen.clinical.definitions.consent import ConsentDocument

PREFIX = "statement-"


class ConsentForm(forms.Form):
    """Every needed statement must be ticked; optional ones may stay open."""

    code = forms.CharField(
        label="Your code",
        help_text="From your authenticator app. Leave it empty if you have just used your passkey.",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args, document: ConsentDocument, **kwargs):
        super().__init__(*args, **kwargs)
        self.document = document
        for row in document.statements:
            self.fields[f"{PREFIX}{row.key}"] = forms.BooleanField(
                label=row.text,
                required=row.is_required,
                help_text="" if row.is_required else "You may leave this open.",
                error_messages={"required": f"Tick this only if it is true: “{row.text}”"},
            )

    @property
    def statements(self):
        """The bound boxes in the order of the document."""
        return [self[f"{PREFIX}{row.key}"] for row in self.document.statements]

    @property
    def ticked(self) -> list[str]:
        return [row.key for row in self.document.statements if self.cleaned_data.get(f"{PREFIX}{row.key}")]
