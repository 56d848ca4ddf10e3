"""What Limen changes in django-allauth: no open sign-up, one throttle, sealed secrets, passkeys named Limen."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.http import url_has_allowed_host_and_scheme

from limen.apps.accounts import throttle
from limen.apps.records.crypto import seal, unseal

SEALED_AS = "mfa_authenticator:data"
LOCKED = "Too many wrong tries. Wait 15 minutes, or sign in with your passkey."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That e-mail address and password do not go together.",
        "too_many_login_attempts": LOCKED,
    }

    def is_open_for_signup(self, request):
        return False  # accounts come from one-time links only

    def is_safe_url(self, url):
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_authenticate(self, request, **credentials):
        """Refuse after too many wrong passwords; a passkey never comes through here (S07)."""
        if throttle.is_locked(_account(credentials), throttle.address_of(request)):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is not None:
            throttle.note(_account(credentials), throttle.address_of(request), is_success=True)
        return user

    def authentication_failed(self, request, **credentials):
        throttle.note(_account(credentials), throttle.address_of(request), is_success=False)

    def get_client_ip(self, request):
        return throttle.address_of(request)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        super().send_notification_mail(template_prefix, user, context, email or user.email)


def _account(credentials: dict) -> str:
    return credentials.get("email") or credentials.get("username") or ""


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right. Codes change every 30 seconds and work once.",
    }

    def get_public_key_credential_rp_entity(self):
        return {**super().get_public_key_credential_rp_entity(), "name": "Limen"}

    def generate_authenticator_name(self, user, type):
        return "My passkey"

    def encrypt(self, text):
        return str(seal(text, SEALED_AS))

    def decrypt(self, encrypted_text):
        return unseal(encrypted_text, SEALED_AS)
