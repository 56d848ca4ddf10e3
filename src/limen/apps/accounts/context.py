"""What every page's frame needs: who is acting, where they can go, whose page it is, whether this is a demo."""

from django.conf import settings
from django.urls import reverse

from limen.apps.accounts import patient_lookup
from limen.apps.accounts.navigation import navigation_for, patient_tabs
from limen.apps.records import clock
from limen.apps.records.actor import VISITOR
from limen.ui.context_processors import look


def page(request):
    actor = getattr(request, "actor", VISITOR)
    patient = getattr(request, "patient", None)
    user = getattr(request, "user", None)
    frame = {
        "actor": actor,
        "nav": navigation_for(actor, request.path),
        # This device's own choice, else the one in the profile.
        "theme": look(request)["theme"] or getattr(user, "theme", ""),
        "patient": patient,
        "is_demo": settings.LIMEN_DEMO,
        "server_now": clock.now(),
    }
    frame["help_url"] = reverse("library:crisis-help")
    if actor.is_signed_in:
        frame["profile_url"] = reverse("accounts:profile")
        frame["home_url"] = reverse("workspace:start")
    else:
        frame["home_url"] = reverse("library:home")
        frame["sign_in_url"] = reverse("account_login")
        frame["footer_links"] = [
            {"label": "How we show numbers", "url": reverse("library:evidence")},
            {"label": "Definitions", "url": reverse("library:definitions")},
        ]
    if patient is not None and actor.is_staff_actor:
        frame["band"] = patient_lookup.band_of(patient)
        frame["patient_tabs"] = patient_tabs(actor, patient, request.path)
    return frame
