"""Addresses of the scheduling pages."""

from django.urls import path

from limen.apps.scheduling import views

app_name = "scheduling"
one = "patients/<uuid:patient_uid>/appointments/<uuid:appointment_uid>"
urlpatterns = [
    path("schedule/", views.day, name="day"),
    path("site/rooms/", views.rooms, name="rooms"),
    path("site/rooms/<uuid:room_uid>/close/", views.close_room, name="close-room"),
    path("patients/<uuid:patient_uid>/appointments/", views.of_patient, name="patient"),
    path("patients/<uuid:patient_uid>/appointments/new/", views.book, name="book"),
    path(f"{one}/move/", views.move, name="move"),
    path(f"{one}/cancel/", views.cancel, name="cancel"),
    path(f"{one}/mark/", views.mark, name="mark"),
]
