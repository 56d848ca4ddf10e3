"""The site's settings: value, reason, source, signature, history, what stays blocked, and going live."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from limen.apps.accounts import selectors, services, step_up
from limen.apps.accounts.access import can, declares
from limen.apps.accounts.forms import GoLiveForm, SettingForm
from limen.apps.accounts.roles import MEDICAL_DIRECTOR, role_words
from limen.apps.accounts.settings_words import shown
from limen.apps.records import clock
from limen.clinical.definitions.site_setting import SettingDefinition
from limen.ui.components.data_table import Cell, Column, Link, Row

COLUMNS = (Column("Setting"), Column("Value"), Column("In force since"), Column("Signed by"))
HISTORY_COLUMNS = (Column("Value"), Column("In force from"), Column("Signed by"), Column("Why"), Column("Source"))


@declares("settings.read")
def catalogue(request):
    """Every setting in its group, and how far the site is from going live."""
    lines = selectors.setting_lines(request.actor.site_id)
    groups: dict[str, list[Row]] = {}
    for line in lines:
        groups.setdefault(line.definition.group, []).append(_row(line, request))
    safety = [line for line in lines if line.definition.is_safety]
    facts = {
        "groups": [{"title": title, "rows": rows} for title, rows in groups.items()],
        "columns": COLUMNS,
        "site": selectors.site(request.actor.site_id),
        "signed_count": sum(1 for line in safety if line.is_director_signed),
        "safety_count": len(safety),
        "unset_count": sum(1 for line in lines if line.is_unset),
    }
    return render(request, "accounts/settings.html", facts)


def _row(line: selectors.SettingLine, request) -> Row:
    definition = line.definition
    note = "safety setting: the medical director signs it" if definition.is_safety else ""
    since = signed = "–"
    if line.row is not None:
        since = _moment(line.row.effective_from)
        signed = line.row.signature.printed_name
    elif not line.is_unset:
        since = "shipped default"
    value = (
        Cell("unset", note=f"blocks: {definition.blocks}" if definition.blocks else "")
        if line.is_unset
        else shown(definition, line.value)
    )
    name = Link(definition.title, reverse("accounts:setting", args=[definition.key]), note=note)
    return Row((name, value, since, signed), "watch" if line.is_unset else "")


def _moment(at) -> str:
    return date_format(localtime(at), "j M Y, H:i")


@declares("settings.read")
def setting(request, key):
    """One setting: what it is, its history, and the form that signs a new value."""
    definition = selectors.setting_catalogue().get(key)
    if definition is None:
        raise Http404
    site = selectors.site(request.actor.site_id)
    history = selectors.setting_history(site.pk, key)
    latest = str(history[0].uid) if history else ""
    may_change = _may_change(request, definition)
    if request.method == "POST" and not may_change:
        return render(request, "403.html", {"reason": _who_signs(definition)}, status=403)
    form = SettingForm(
        request.POST or None, definition=definition, time_zone=site.time_zone, initial={"latest": latest}
    )
    if request.method == "POST" and form.is_valid() and _sign_value(request, site, definition, form, latest):
        messages.success(request, f"“{definition.title}” is signed.")
        return redirect("accounts:setting", key=key)
    line = next(x for x in selectors.setting_lines(site.pk) if x.definition.key == key)
    value_shown = "" if line.is_unset else shown(definition, line.value)
    facts = {
        "definition": definition,
        "line": line,
        "source": selectors.setting_source(definition),
        "value_shown": value_shown,
        "history_columns": HISTORY_COLUMNS,
        "history_rows": [_history_row(definition, row) for row in history],
        "form": form,
        "may_change": may_change,
        "who_signs": _who_signs(definition),
        "site": site,
        "rows": [
            {"label": "Setting", "value": definition.title, "note": key},
            {"label": "Site", "value": site.name},
            {"label": "Now", "value": value_shown, "missing": "unset"},
        ],
    }
    return render(request, "accounts/setting.html", facts, status=422 if form.is_bound else 200)


def _may_change(request, definition: SettingDefinition) -> bool:
    if not can(request.actor, "settings.change").is_allowed:
        return False
    return not definition.is_safety or request.actor.has_role(MEDICAL_DIRECTOR)


def _who_signs(definition: SettingDefinition) -> str:
    if definition.is_safety:
        return "This is a safety setting: the medical director signs it."
    return "An administrator or the medical director signs this setting."


def _sign_value(request, site, definition: SettingDefinition, form: SettingForm, latest: str) -> bool:
    """Sign and save; False with an error on the form when it could not be."""
    values = form.cleaned_data
    if values["latest"] != latest:
        form.add_error(None, "Somebody signed a new value since you opened this page. Look at it, then sign again.")
        return False
    try:
        authentication = step_up.authenticate(request, values["code"])
    except step_up.StepUpFailed as failure:
        form.add_error("code", str(failure))
        return False
    try:
        services.set_setting(
            site=site,
            key=definition.key,
            value=values["value"],
            reason=values["reason"],
            source=values["source"],
            actor=request.actor,
            authentication=authentication,
            effective_from=values["effective_from"],
        )
    except services.Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _history_row(definition: SettingDefinition, row) -> Row:
    signature, value = row.signature, selectors.typed(definition, row.value)
    value = row.value if value is None else value
    note = f"{role_words(signature.role)}, {_moment(signature.signed_at)}"
    is_future = row.effective_from > clock.now()
    since = Cell(_moment(row.effective_from), note="not yet in force" if is_future else "")
    signed_by = Cell(signature.printed_name, note=note)
    return Row((shown(definition, value), since, signed_by, row.reason, row.source or "–"))


@declares("settings.read")
def go_live(request):
    """What still keeps the site from opening, and the director's signature that opens it (SR-20)."""
    site = selectors.site(request.actor.site_id)
    missing = selectors.unsigned_safety_settings(site.pk)
    is_director = request.actor.has_role(MEDICAL_DIRECTOR)
    if request.method == "POST" and not is_director:
        return render(request, "403.html", {"reason": "Only the medical director can open the site."}, status=403)
    form = GoLiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _open(request, site, form):
        messages.success(request, f"{site.name} is open for care.")
        return redirect("accounts:settings")
    rows = [
        {"label": "Site", "value": site.name},
        {"label": "Safety settings signed", "value": "all"},
        {"label": "Becomes", "value": "open for care"},
    ]
    facts = {"site": site, "form": form, "missing": missing, "is_director": is_director, "rows": rows}
    return render(request, "accounts/go_live.html", facts, status=422 if form.is_bound else 200)


def _open(request, site, form: GoLiveForm) -> bool:
    try:
        authentication = step_up.authenticate(request, form.cleaned_data["code"])
        services.go_live(site, reason=form.cleaned_data["reason"], actor=request.actor, authentication=authentication)
    except step_up.StepUpFailed as failure:
        form.add_error("code", str(failure))
    except services.Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False
