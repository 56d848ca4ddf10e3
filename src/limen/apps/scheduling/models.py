"""Rooms and appointments. A future appointment keeps local wall time and zone; the instant is derived."""

from django.conf import settings
from django.db import models

from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientRecord, SiteRecord


class Room(SiteRecord):
    """A room (or chair) of a site."""

    name = models.CharField(max_length=80)
    is_open = models.BooleanField(default=True)


class Appointment(PatientRecord):
    """A visit at a local time. `starts_at` is the instant, recomputed from wall time and zone."""

    KINDS = [
        ("intake", "Intake"),
        ("preparation", "Preparation"),
        ("dosing", "Dosing session"),
        ("integration", "Integration"),
        ("review", "Review"),
        ("call", "Call"),
    ]
    STATES = [
        ("booked", "Booked"),
        ("arrived", "Arrived"),
        ("done", "Done"),
        ("missed", "Missed"),
        ("cancelled", "Cancelled"),
    ]
    episode = models.ForeignKey("patients.Episode", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KINDS)
    local_start = models.CharField(max_length=16)  # 2026-03-08T09:30, wall time at the site or home
    time_zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    duration_min = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=8, choices=[("clinic", "Clinic"), ("home", "Home"), ("video", "Video")])
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=STATES, default="booked")
    reason = EncryptedTextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["site", "starts_at"], name="appointment_day")]
