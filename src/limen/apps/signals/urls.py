"""Addresses of the signals pages."""

from django.urls import path

from limen.apps.signals import views

app_name = "signals"
_ONE = "patients/<uuid:patient_uid>/signals/<uuid:obligation_uid>/"
urlpatterns = [
    path("signals/", views.worklist, name="worklist"),
    path(_ONE, views.obligation, name="obligation"),
    path(f"{_ONE}take/", views.take, name="take"),
    path(f"{_ONE}pass-on/", views.pass_on, name="pass-on"),
    path(f"{_ONE}answer/", views.answer, name="answer"),
]
