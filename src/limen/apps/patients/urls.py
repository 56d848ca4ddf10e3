"""Addresses of the patients pages."""

from django.urls import include, path

from limen.apps.patients import views

app_name = "patients"
urlpatterns = [
    path("patients/", views.find, name="find"),
    path("patients/new/", views.new, name="new"),
    path("patients/<uuid:patient_uid>/details/", views.details, name="details"),
    path("patients/<uuid:patient_uid>/details/correct/", views.correct, name="correct"),
    path("patients/<uuid:patient_uid>/details/contact/", views.add_contact, name="add-contact"),
    path("patients/<uuid:patient_uid>/details/contact/<uuid:contact_uid>/end/", views.end_contact, name="end-contact"),
    path("patients/<uuid:patient_uid>/details/supporter/", views.add_supporter, name="add-supporter"),
    path(
        "patients/<uuid:patient_uid>/details/supporter/<uuid:supporter_uid>/end/",
        views.end_supporter,
        name="end-supporter",
    ),
    path("patients/<uuid:patient_uid>/details/end-episode/", views.end_episode, name="end-episode"),
    path("patients/<uuid:patient_uid>/details/start-episode/", views.start_episode, name="start-episode"),
    path("patients/<uuid:patient_uid>/details/merge/", views.merge, name="merge"),
    path("patients/<uuid:patient_uid>/details/invite/", views.invite, name="invite"),
    path("patients/<uuid:patient_uid>/who-saw/", views.who_saw, name="who-saw"),
    path("my/record/", views.my_record, name="my-record"),
    path("", include("limen.apps.patients.consent_urls")),
]
