"""What happens to a session when somebody signs in, proves a factor or leaves (S12, S17)."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from limen.apps.accounts import selectors, services
from limen.apps.records.actor import Actor

SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "Mac"), ("Windows", "Windows"))
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def device_of(request) -> str:
    """A browser in plain words: "Firefox on Windows"; never the whole user-agent line."""
    line = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for mark, name in BROWSERS if mark in line), "A browser")
    place = next((name for mark, name in SYSTEMS if mark in line), "Linux" if "Linux" in line else "")
    return f"{browser} on {place}" if place else browser


def renew(request) -> None:
    """Give the session a new id; the old one is dead at once."""
    old = request.session.session_key
    request.session.cycle_key()
    services.note_new_session_id(old, request.session.session_key)


def _actor(request, user) -> Actor:
    actor = getattr(request, "actor", None)
    if actor is not None and actor.is_signed_in:
        return actor
    return selectors.actor_for(user, authentications=[], site_id=None)


@receiver(user_logged_in)
def on_signed_in(sender, request, user, **kwargs):
    if request is None or request.session.session_key is None:
        return
    services.note_signed_in(user, session_key=request.session.session_key, device=device_of(request))
    services.audit_sign_in("account.sign_in", actor=_actor(request, user), user=user)


@receiver(user_logged_out)
def on_signed_out(sender, request, user, **kwargs):
    if user is None or request is None:
        return
    services.forget_session(request.session.session_key)
    services.audit_sign_in("account.sign_out", actor=_actor(request, user), user=user)


@receiver(authenticator_added)
def on_method_added(sender, request, user, authenticator, **kwargs):
    """Setting up a factor proves it: from here the session counts as two-factor."""
    services.audit_sign_in("account.method_added", actor=_actor(request, user), user=user, reason=authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)
        renew(request)


@receiver(authenticator_removed)
def on_method_removed(sender, request, user, authenticator, **kwargs):
    services.audit_sign_in("account.method_removed", actor=_actor(request, user), user=user, reason=authenticator.type)


@receiver(authenticator_reset)
def on_codes_made_new(sender, request, user, authenticator, **kwargs):
    services.audit_sign_in("account.codes_renewed", actor=_actor(request, user), user=user)


@receiver(authenticator_used)
def on_method_used(sender, request, user, reauthenticated=False, **kwargs):
    if reauthenticated:
        renew(request)
