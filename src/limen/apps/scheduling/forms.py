"""Forms about appointments and rooms: they translate what was typed; services decide."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms

from limen.apps.records import clock
from limen.apps.records.days import check_calendar, check_near
from limen.apps.scheduling.models import Appointment
from limen.apps.scheduling.selectors import instant_of

LONGEST_MIN = 600  # a slip of the finger, not a clinical limit
PLACES = [("clinic", "Clinic"), ("home", "Home"), ("video", "Video or phone")]


class WhenForm(forms.Form):
    """A day and a wall time in a zone; a time the clock skips that day is refused."""

    on = forms.DateField(
        label="Day",
        validators=[check_near],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 2026-03-16."},
    )
    at = forms.TimeField(
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time of day, such as 09:30."},
    )

    def zone(self) -> str:
        raise NotImplementedError

    def clean(self):
        data = super().clean()
        if data.get("on") and data.get("at") and self.zone():
            self._check_moment(datetime.combine(data["on"], data["at"]), self.zone())
        return data

    def _check_moment(self, wall: datetime, zone: str) -> None:
        if is_skipped(wall, zone):
            self.add_error(
                "at", f"{wall:%H:%M} does not exist on that day: the clocks go forward. Choose another time."
            )
        elif clock.now() > instant_of(wall.isoformat(), zone) and wall.date() < clock.today(zone):
            self.add_error("on", f"{wall:%-d %b %Y} has passed. Choose today or a later day.")

    @property
    def local_start(self) -> datetime:
        return datetime.combine(self.cleaned_data["on"], self.cleaned_data["at"])


def is_skipped(wall: datetime, zone: str) -> bool:
    """True for a wall time that never happens, because the clocks go forward over it."""
    place = ZoneInfo(zone)
    back = wall.replace(tzinfo=place).astimezone(ZoneInfo("UTC")).astimezone(place)
    return back.replace(tzinfo=None) != wall


def is_repeated(wall: datetime, zone: str) -> bool:
    """True for a wall time that happens twice, because the clocks go back over it."""
    place = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
    return (first or timedelta()) > (second or timedelta())


class BookForm(WhenForm):
    """A visit for one patient."""

    kind = forms.ChoiceField(label="Kind", choices=Appointment.KINDS)
    duration_min = forms.IntegerField(
        label="Length",
        min_value=1,
        max_value=LONGEST_MIN,
        error_messages={"invalid": "Enter whole minutes, such as 50."},
    )
    place = forms.ChoiceField(label="Place", choices=PLACES, widget=forms.RadioSelect)
    room = forms.ChoiceField(label="Room", required=False)
    clinician = forms.ChoiceField(label="Clinician", required=False)
    reason = forms.CharField(label="Note", max_length=300, required=False)

    def __init__(self, *args, rooms, clinicians, clinic_zone: str, patient_zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["room"].choices = [("", "No room yet"), *((str(r.uid), r.name) for r in rooms)]
        self.fields["clinician"].choices = [("", "Nobody yet"), *((str(u.uid), u.display_name) for u in clinicians)]
        self.clinic_zone, self.patient_zone = clinic_zone, patient_zone

    def zone(self) -> str:
        return self.clinic_zone if self.cleaned_data.get("place") == "clinic" else self.patient_zone

    def clean(self):
        data = super().clean()
        if data.get("room") and data.get("place") in ("home", "video"):
            self.add_error("room", "A room belongs to a visit at the clinic.")
        return data


class MoveForm(WhenForm):
    """Another day or time for an appointment, in its own zone."""

    reason = forms.CharField(label="Reason", max_length=300)

    def __init__(self, *args, appointment: Appointment, **kwargs):
        super().__init__(*args, **kwargs)
        self.appointment = appointment

    def zone(self) -> str:
        return self.appointment.time_zone


class CancelForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=300)


class RoomForm(forms.Form):
    name = forms.CharField(label="Name of the room", max_length=80)

    def __init__(self, *args, taken: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.taken = {name.casefold() for name in taken}

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if name.casefold() in self.taken:
            raise forms.ValidationError(f"There is an open room called “{name}” already.")
        return name


class DayForm(forms.Form):
    """Which day to show."""

    on = forms.DateField(
        label="Day",
        validators=[check_calendar],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 2026-03-16."},
    )
