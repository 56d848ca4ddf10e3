"""What people type on the accounts pages, checked before any service sees it."""

import zoneinfo
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from limen.apps.accounts.access import ACTIONS
from limen.apps.accounts.models import StaffCredential, User
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.accounts.settings_words import limits, options
from limen.apps.records import clock
from limen.apps.records.days import check_calendar
from limen.clinical.definitions.site_setting import LONGEST_TEXT, InvalidSetting, SettingDefinition, check_value

REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
ROLE_CHOICES = [("", "Choose a role"), *sorted(ROLE_TITLES.items(), key=lambda pair: pair[1])]
PASSWORD_MAX = 128  # S04
OUTCOMES = [("", "Any"), ("success", "Done"), ("denied", "Refused"), ("failure", "Failed")]


@cache
def time_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in REGIONS)
    return [(name, name.replace("_", " ")) for name in names]


class VersionedForm(forms.Form):
    """A form about a record: it remembers which version was on the page."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class InvitationForm(forms.Form):
    display_name = forms.CharField(
        label="Your name",
        max_length=200,
        help_text="As your colleagues or care team should see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=PASSWORD_MAX,
        help_text="At least 15 characters; a short sentence works well. Pasting is fine. "
        "Leave it empty to use only a passkey.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self):
        password = self.cleaned_data["password"]
        if password:
            validate_password(password, User(email=self.email, display_name=self.data.get("display_name", "")))
        return password


class ProfileForm(VersionedForm):
    display_name = forms.CharField(label="Name", max_length=200)
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label="Time zone", required=False)
    theme = forms.ChoiceField(
        label="Colours",
        choices=[("system", "Follow the device"), ("light", "Light"), ("dark", "Dark"), ("dim", "Dim")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", "The clinic's time zone"), *time_zones()]


class SiteForm(forms.Form):
    site = forms.ChoiceField(label="Where you work now", widget=forms.RadioSelect)

    def __init__(self, *args: Any, sites: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = sites


class StaffInvitationForm(forms.Form):
    display_name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(label="Role here", choices=ROLE_CHOICES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES)
    starts_on = forms.DateField(label="From", validators=[check_calendar])


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CredentialForm(forms.Form):
    kind = forms.ChoiceField(label="What it is", choices=[("", "Choose"), *StaffCredential.KINDS])
    title = forms.CharField(label="Title", max_length=200, help_text="For example “Medical licence”.")
    number = forms.CharField(label="Number", max_length=100, required=False)
    state_code = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label="State",
        required=False,
        help_text="Two letters, for example NY.",
        error_messages={"invalid": "Write the state as two letters, for example NY."},
    )
    scope = forms.CharField(label="Scope", max_length=200, required=False)
    valid_from = forms.DateField(label="Valid from", validators=[check_calendar])
    expires_on = forms.DateField(label="Expires on", required=False, validators=[check_calendar])
    is_withdrawn = forms.BooleanField(label="Withdrawn: no longer counts", required=False)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean_state_code(self):
        return self.cleaned_data["state_code"].upper()

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("valid_from"), cleaned.get("expires_on")
        if start and end and end < start:
            self.add_error("expires_on", f"It cannot expire before it is valid ({start:%-d %B %Y}).")
        is_by_state = cleaned.get("kind") in ("licence", "controlled_drug")
        if is_by_state and not cleaned.get("state_code") and "state_code" not in self.errors:
            self.add_error("state_code", "A licence or registration counts for one state: write which.")
        return cleaned


class SettingForm(forms.Form):
    """A new value of one setting. The catalogue decides what is accepted."""

    value = forms.CharField(label="New value", max_length=LONGEST_TEXT)
    reason = forms.CharField(label="Why this value", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.CharField(
        label="Source", max_length=500, required=False, help_text="A policy, a guideline, a label: where it comes from."
    )
    effective_from = forms.DateTimeField(
        label="In force from",
        required=False,
        help_text="Empty means now.",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"),
    )
    latest = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(
        label="Your code",
        required=False,
        max_length=20,
        help_text="From your authenticator app. Not needed within five minutes of using your passkey.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, definition: SettingDefinition, time_zone: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.definition, self.time_zone = definition, time_zone
        if choices := options(definition):
            self.fields["value"] = forms.ChoiceField(
                label="New value", choices=[("", "Choose"), *choices], help_text=limits(definition)
            )
        else:
            self.fields["value"].help_text = limits(definition)
            if definition.kind in ("text", "json-list"):
                self.fields["value"].widget = forms.Textarea(attrs={"rows": 4})

    def clean_value(self):
        try:
            return check_value(self.definition, self.cleaned_data["value"])
        except InvalidSetting as error:
            raise ValidationError(str(error)) from error

    def clean_effective_from(self):
        local = self.cleaned_data["effective_from"]
        if local is None:
            return None
        moment = local.replace(tzinfo=ZoneInfo(self.time_zone))
        if moment < clock.now() - timedelta(minutes=1):  # the form counts in whole minutes
            raise ValidationError("A value holds from now on or later: what was in force before stays as it was.")
        return moment


class GoLiveForm(forms.Form):
    reason = forms.CharField(label="What was checked", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    code = forms.CharField(
        label="Your code",
        required=False,
        max_length=20,
        help_text="From your authenticator app. Not needed within five minutes of using your passkey.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class AuditForm(forms.Form):
    """Which audit rows to show; days are days at the site."""

    person = forms.CharField(label="Person", required=False, max_length=200)
    patient = forms.UUIDField(
        label="Patient id",
        required=False,
        error_messages={"invalid": "A patient id looks like 01890a5d-ac96-774b-bcce-b302099a8057."},
    )
    action = forms.ChoiceField(label="Action", required=False)
    outcome = forms.ChoiceField(label="Outcome", required=False, choices=OUTCOMES)
    since = forms.DateField(label="From", required=False, validators=[check_calendar])
    until = forms.DateField(label="To", required=False, validators=[check_calendar])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        areas = sorted({name.split(".")[0] for name in ACTIONS} | {"consent", "invitation", "site"})
        self.fields["action"].choices = [("", "Any"), *((a, a.title()) for a in areas)]

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", f"“To” cannot be before “From” ({since:%-d %B %Y}).")
        return cleaned

    def moments(self, time_zone: str) -> tuple[datetime | None, datetime | None]:
        """The first moment shown and the first one no longer shown."""
        zone = ZoneInfo(time_zone)
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        start = datetime.combine(since, time(), tzinfo=zone) if since else None
        end = datetime.combine(until + timedelta(days=1), time(), tzinfo=zone) if until else None
        return start, end
