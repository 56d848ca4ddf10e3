"""What Limen changes in django-allauth: no open sign-up, and passkeys named for their owner."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False  # accounts come from one-time links only

    def is_safe_url(self, url):
        return bool(url) and url.startswith("/") and not url.startswith("//")


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self):
        return {**super().get_public_key_credential_rp_entity(), "name": "Limen"}
