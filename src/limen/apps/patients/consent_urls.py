"""Addresses of the consent pages."""

from django.urls import path

from limen.apps.patients import consent_views

urlpatterns = [
    path("my/consents/", consent_views.my_consents, name="my-consents"),
    path("my/consents/<slug:document_id>/", consent_views.my_consent, name="my-consent"),
    path("my/consents/<slug:document_id>/decline/", consent_views.decline, name="decline-consent"),
    path("my/consents/<slug:scope>/withdraw/", consent_views.withdraw, name="withdraw-consent"),
]
