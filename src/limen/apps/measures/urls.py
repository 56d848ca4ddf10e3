"""Addresses of the measures pages."""

from django.urls import path

from limen.apps.measures import patient_views, staff_views

app_name = "measures"
_MINE = "my/measures/<uuid:assignment_uid>/"
_STAFF = "patients/<uuid:patient_uid>/"
urlpatterns = [
    path(_MINE, patient_views.my_measure, name="my-measure"),
    path(f"{_MINE}<int:number>/", patient_views.my_question, name="my-question"),
    path(f"{_MINE}check/", patient_views.my_check, name="my-check"),
    path(f"{_MINE}done/", patient_views.my_done, name="my-done"),
    path("my/progress/", patient_views.my_progress, name="my-progress"),
    path(f"{_STAFF}measures/", staff_views.progress, name="progress"),
    path(f"{_STAFF}measures/assign/", staff_views.assign, name="assign"),
    path(f"{_STAFF}measures/paper/<slug:instrument_id>/", staff_views.paper, name="paper"),
    path(f"{_STAFF}measures/<uuid:assignment_uid>/enter/", staff_views.enter, name="enter"),
    path(f"{_STAFF}measures/<uuid:assignment_uid>/cancel/", staff_views.cancel, name="cancel"),
    path(f"{_STAFF}vitals/", staff_views.vitals, name="vitals"),
    path(f"{_STAFF}vitals/record/", staff_views.record_vital, name="record-vital"),
]
