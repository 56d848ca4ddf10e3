"""What every page's frame needs: who is acting, where they can go, whether this is a demo."""

from django.conf import settings

from limen.apps.accounts.navigation import navigation_for
from limen.apps.records.actor import VISITOR


def page(request):
    actor = getattr(request, "actor", VISITOR)
    user = getattr(request, "user", None)
    return {
        "actor": actor,
        "nav": navigation_for(actor, request.path),
        "theme": getattr(user, "theme", "system"),
        "patient": getattr(request, "patient", None),
        "is_demo": settings.LIMEN_DEMO,
    }
