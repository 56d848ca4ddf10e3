"""The sign-in library's own forms, with our throttle, codes that work once, and passkeys only."""

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms

from limen.apps.accounts import one_time_codes, throttle
from limen.apps.accounts.models import User
from limen.apps.accounts.selectors import STRONG_METHODS


class OnceForm(base_forms.BaseAuthenticateForm):
    """Wrong codes are counted against the account and the address; a right one is spent."""

    def clean_code(self):
        account, address = f"second-factor:{self.user.pk}", throttle.address_of(context.request)
        if throttle.is_locked(account, address):
            raise account_adapter().validation_error("too_many_login_attempts")
        try:
            code = super().clean_code()
            is_app = getattr(self, "authenticator", None) and self.authenticator.type == Authenticator.Type.TOTP
            if is_app and not one_time_codes.spend(self.user.pk, code):
                raise get_adapter().validation_error("incorrect_code")
        except forms.ValidationError:
            throttle.note(account, address, is_success=False)
            raise
        throttle.note(account, address, is_success=True)
        return code


class AuthenticateForm(OnceForm, base_forms.AuthenticateForm):
    code = forms.CharField(
        label="Code",
        help_text="Six digits from your authenticator app, or one of your recovery codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class ReauthenticateForm(OnceForm, base_forms.ReauthenticateForm):
    code = forms.CharField(
        label="Code",
        help_text="Six digits from your authenticator app, or one of your recovery codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class StrongEnoughForm(forms.Form):
    """Who already has a second factor adds another only in a session that proved it."""

    user: User

    def clean(self):
        cleaned = super().clean()
        proved = context.request.session.get("account_authentication_methods", [])
        is_strong = any(entry.get("method") in STRONG_METHODS for entry in proved)
        if not is_strong and Authenticator.objects.filter(user=self.user).exists():
            raise forms.ValidationError("Sign in with your second factor first, then add another one.")
        return cleaned


class ActivateTOTPForm(StrongEnoughForm, totp_forms.ActivateTOTPForm):
    code = forms.CharField(
        label="Code from the app",
        help_text="Six digits; they change every 30 seconds.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self):
        code = super().clean_code()
        if not one_time_codes.spend(self.user.pk, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AddPasskeyForm(StrongEnoughForm, webauthn_forms.AddWebAuthnForm):
    name = forms.CharField(label="A name for it", help_text="For example “My phone”.", max_length=60, required=False)
    # The library's script asks for a passkey (kept on the device, opened by face, finger or PIN) when this is ticked.
    passwordless = forms.BooleanField(
        initial=True,
        widget=forms.CheckboxInput(attrs={"hidden": True, "tabindex": "-1"}),
        error_messages={"required": "Only a passkey that checks it is you can be added."},
    )
