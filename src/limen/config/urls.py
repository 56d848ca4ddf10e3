"""Every address of Limen. A route without a declared action does not answer (see accounts.middleware)."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("limen.apps.library.urls")),
    path("", include("limen.apps.screening.urls")),
    path("", include("limen.apps.accounts.urls")),
    path("", include("limen.apps.patients.urls")),
    path("", include("limen.apps.signals.urls")),
    path("", include("limen.apps.measures.urls")),
    path("", include("limen.apps.scheduling.urls")),
    path("", include("limen.apps.plans.urls")),
    path("", include("limen.apps.therapy.urls")),
    path("", include("limen.apps.treatment.urls")),
    path("", include("limen.apps.insights.urls")),
    path("", include("limen.apps.workspace.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/security/", include("allauth.mfa.urls")),
]
if settings.LIMEN_DEMO:
    urlpatterns.insert(0, path("demo/", include("limen.config.demo.urls")))
