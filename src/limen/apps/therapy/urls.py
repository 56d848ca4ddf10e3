"""Addresses of the therapy pages."""

from django.urls import path

from limen.apps.therapy import views

app_name = "therapy"
urlpatterns = [
    path("patients/<uuid:patient_uid>/notes/", views.notes, name="notes"),
    path("patients/<uuid:patient_uid>/notes/new/", views.new_note, name="new-note"),
    path("patients/<uuid:patient_uid>/notes/<uuid:note_uid>/", views.note, name="note"),
    path("patients/<uuid:patient_uid>/notes/<uuid:note_uid>/edit/", views.edit_note, name="edit-note"),
    path("patients/<uuid:patient_uid>/notes/<uuid:note_uid>/sign/", views.sign_note, name="sign-note"),
    path("patients/<uuid:patient_uid>/notes/shared/<uuid:shared_uid>/", views.shared_entry, name="shared"),
    path("my/intention/", views.my_intention, name="my-intention"),
    path("my/exercises/", views.my_exercises, name="my-exercises"),
    path("my/journal/", views.my_journal, name="my-journal"),
    path("my/journal/new/", views.new_entry, name="new-entry"),
    path("my/journal/<uuid:entry_uid>/", views.edit_entry, name="entry"),
    path("my/journal/<uuid:entry_uid>/delete/", views.delete_entry, name="delete-entry"),
    path("my/journal/<uuid:entry_uid>/share/", views.share_entry, name="share-entry"),
    path("my/journal/shared/<uuid:shared_uid>/unshare/", views.unshare_entry, name="unshare-entry"),
]
