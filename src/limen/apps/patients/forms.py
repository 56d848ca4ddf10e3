"""Forms about patients: they translate what was typed; services decide."""

from datetime import date
from zoneinfo import available_timezones

from django import forms

from limen.apps.patients.models import Contact, Episode, Supporter
from limen.apps.records import clock

OLDEST_YEARS = 120


def _check_birth_date(day: date | None) -> date | None:
    if day is None:
        return day
    today = clock.now().date()
    if day > today:
        raise forms.ValidationError("A birth date is in the past. Check the year.")
    if today.year - day.year > OLDEST_YEARS:
        raise forms.ValidationError(f"That is more than {OLDEST_YEARS} years ago. Check the year.")
    return day


def birth_date_field(**more) -> forms.DateField:
    return forms.DateField(
        label="Birth date",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a date that exists, as year-month-day, such as 1984-05-17."},
        **more,
    )


class FindForm(forms.Form):
    """Search by the beginnings of names, by birth date, or by record number."""

    q = forms.CharField(label="Name or record number", required=False, max_length=200)
    born = birth_date_field(required=False)

    def clean_born(self):
        return _check_birth_date(self.cleaned_data["born"])


class PatientForm(forms.Form):
    """Who the person is. Used to open a record and to correct one."""

    given_name = forms.CharField(label="Given name", max_length=120)
    family_name = forms.CharField(label="Family name", max_length=120)
    preferred_name = forms.CharField(label="Called", max_length=120, required=False)
    birth_date = birth_date_field()
    pronouns = forms.CharField(label="Pronouns", max_length=60, required=False)
    state_code = forms.CharField(label="State", max_length=8, required=False)

    def clean_birth_date(self):
        return _check_birth_date(self.cleaned_data["birth_date"])

    def clean_state_code(self):
        return self.cleaned_data["state_code"].strip().upper()


class NewPatientForm(PatientForm):
    """A new record also needs a way to reach the person, and an answer to the duplicate warning."""

    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    place = forms.ChoiceField(
        label="Where treatment would take place", choices=[("clinic", "Clinic"), ("home", "Home")]
    )
    is_new_person = forms.BooleanField(label="I checked: this is a different person", required=False)


class CorrectionForm(PatientForm):
    """Correcting identity says why, and keeps the time zone and language current."""

    time_zone = forms.CharField(label="Time zone", max_length=64)
    reason = forms.CharField(label="Why is this changed?", max_length=300)

    def clean_time_zone(self):
        zone = self.cleaned_data["time_zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError("Use a time-zone name such as America/New_York or Europe/London.")
        return zone


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label="Kind", choices=Contact.KINDS)
    value = forms.CharField(label="Number or address", max_length=300)
    note = forms.CharField(label="Note", max_length=200, required=False)


class SupporterForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=Supporter.ROLES)
    name = forms.CharField(label="Name", max_length=200)
    relationship = forms.CharField(label="Relationship", max_length=120, required=False)
    phone = forms.CharField(label="Phone", max_length=40)
    is_adult = forms.BooleanField(label="This person is an adult", required=False)

    def clean(self):
        data = super().clean()
        if data.get("role") == "sitter" and not data.get("is_adult"):
            self.add_error("is_adult", "A sitter must be an adult.")
        return data


class EndEpisodeForm(forms.Form):
    ending = forms.ChoiceField(label="How did it end?", choices=Episode.ENDINGS, widget=forms.RadioSelect)
    ended_on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="What happened, and what was arranged", widget=forms.Textarea, max_length=4000)

    def clean_ended_on(self):
        if self.cleaned_data["ended_on"] > clock.now().date():
            raise forms.ValidationError("An ending is recorded on or after its day, not before.")
        return self.cleaned_data["ended_on"]


class MergeForm(forms.Form):
    duplicate_uid = forms.UUIDField(
        label="Record number of the duplicate",
        error_messages={"invalid": "Enter the whole record number of the other record."},
    )
    reason = forms.CharField(label="How do you know they are the same person?", max_length=300)
    is_sure = forms.BooleanField(label="I compared both records")


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail")
