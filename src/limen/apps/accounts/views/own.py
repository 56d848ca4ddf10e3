"""A person's own account: second factor, profile, sessions, the site they work at."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from limen.apps.accounts import selectors, services, sessions
from limen.apps.accounts.access import declares
from limen.apps.accounts.forms import ProfileForm, SiteForm
from limen.apps.accounts.models import StaffCredential
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.records import clock
from limen.ui.components.data_table import Cell, Column, Row
from limen.ui.context_processors import THEME_COOKIE

EXPIRY_TONES = {"expired": "alert", "soon": "watch", "": ""}


@declares("account.own")
def second_factor(request):
    """Why a second factor is asked for, and the ways to set one up or to confirm with one."""
    methods = selectors.sign_in_methods(request.user)
    needs_passkey = bool(request.actor.roles & settings.LIMEN_PASSKEY_ROLES)
    facts = {
        "is_done": request.actor.factors >= 2,
        "has_methods": bool(methods),
        "has_passkey": any(m.type == selectors.PASSKEY for m in methods),
        "needs_passkey": needs_passkey,
        "is_patient": request.actor.is_patient_actor,
    }
    return render(request, "accounts/second_factor.html", facts)


@declares("account.own")
def profile(request):
    """Own name, language, time zone and colours; sessions, sign-in methods and licences."""
    user = request.user
    names = ("display_name", "language", "time_zone", "theme", "version")
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        for name in names:
            setattr(user, name, form.cleaned_data[name])
        services.update_profile(user, actor=request.actor)
        messages.success(request, "Your profile is saved.")
        response = redirect("accounts:profile")
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", httponly=True)
        return response
    key = request.session.session_key
    facts = {
        "form": form,
        "sessions": selectors.sessions_of(user, key),
        "methods": selectors.sign_in_methods(user),
        "credential_columns": CREDENTIAL_COLUMNS,
        "credential_rows": credential_rows(selectors.credentials_of(user), request.actor.time_zone),
        "sites": _sites(user),
        "frame": "patient.html" if request.actor.is_patient_actor else "staff.html",
    }
    return render(request, "accounts/profile.html", facts, status=422 if form.is_bound else 200)


CREDENTIAL_COLUMNS = (Column("What"), Column("State"), Column("Number"), Column("Valid from"), Column("Expires"))


def credential_rows(credentials: list[StaffCredential], time_zone: str) -> list[Row]:
    """One line for each licence or registration, its edge telling when it ends soon or has ended."""
    today = clock.today(time_zone)
    rows = []
    for credential in credentials:
        expiry = selectors.expiry_of(credential, today)
        words = {"expired": "expired", "soon": "soon", "": ""}[expiry]
        ends = f"{credential.expires_on:%-d %b %Y}" if credential.expires_on else "no end"
        kind = credential.get_kind_display()
        rows.append(
            Row(
                (
                    Cell(credential.title, note=f"{kind} · withdrawn" if credential.is_withdrawn else kind),
                    credential.state_code or "–",
                    credential.number or "–",
                    f"{credential.valid_from:%-d %b %Y}",
                    Cell(ends, note=words),
                ),
                EXPIRY_TONES[expiry],
            )
        )
    return rows


def _sites(user) -> list[dict]:
    """The sites a person works at, each with their roles there."""
    found: dict[int, dict] = {}
    for membership in selectors.memberships_of(user):
        line = found.setdefault(membership.site_id, {"site": membership.site, "roles": []})
        line["roles"].append(ROLE_TITLES[membership.role])
    return list(found.values())


@declares("account.own")
@require_POST
def end_session(request, session_uid):
    """End one of one's own sessions; ending this one signs out here."""
    if not services.end_session(request.user, session_uid, actor=request.actor):
        raise Http404
    messages.success(request, "That session is ended.")
    return redirect("accounts:profile")


@declares("account.switch")
def switch_site(request):
    """Change the site one works at; the session gets a new id."""
    lines = _sites(request.user)
    choices = [(str(line["site"].uid), f"{line['site'].name} ({', '.join(line['roles'])})") for line in lines]
    current = next((str(line["site"].uid) for line in lines if line["site"].pk == request.actor.site_id), "")
    form = SiteForm(request.POST or None, sites=choices, initial={"site": current})
    if request.method == "POST" and form.is_valid():
        site = next(line["site"] for line in lines if str(line["site"].uid) == form.cleaned_data["site"])
        request.session["limen_site"] = site.pk
        sessions.renew(request)
        services.audit_sign_in("account.switch", actor=request.actor, user=request.user, reason=site.name)
        messages.success(request, f"You now work at {site.name}.")
        return redirect("workspace:start")
    return render(request, "accounts/switch_site.html", {"form": form}, status=422 if form.is_bound else 200)
