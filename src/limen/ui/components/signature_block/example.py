"""Examples of this component, shown in the style guide and rendered by its tests."""

import datetime as dt

from django import forms

from limen.ui.components import Example


class CodeForm(forms.Form):
    """Asks for the second factor."""

    prefix = "signature"
    code = forms.CharField(label="Code from your authenticator", help_text="Six digits.")


ORDER = {
    "title": "Order to sign",
    "meaning": "I have reviewed this person's record today and take responsibility for this order.",
    "rows": [
        {"label": "Patient", "value": "Rosa Demo, 9 March 1984"},
        {"label": "Medicine", "value": "racemic ketamine, IV"},
        {"label": "Weight used", "value": "71.5 kg", "note": "measured 2 days ago"},
    ],
    "digest": "sha256:6d1b2c0f9e8a47d1b3",
}

EXAMPLES = (
    Example(
        "To be signed",
        {
            **ORDER,
            "signer": "Dr M. Osei",
            "licence": "Licence MA-20417, valid to 30 June 2027",
            "code_field": CodeForm()["code"],
            "submit_label": "Sign this order",
            "cancel_url": "#",
        },
    ),
    Example(
        "Signed",
        {**ORDER, "signed_by": "Dr M. Osei", "signed_at": dt.datetime(2026, 3, 12, 9, 12, tzinfo=dt.UTC)},
    ),
)
