"""Who works at a site: their roles, licences and ways in. Everybody reads; an administrator changes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from limen.apps.accounts import selectors, services
from limen.apps.accounts.access import can, declares
from limen.apps.accounts.forms import CredentialForm, ReasonForm, RoleForm, StaffInvitationForm
from limen.apps.accounts.models import StaffCredential, User
from limen.apps.accounts.roles import ADMIN, ROLE_TITLES
from limen.apps.accounts.views.own import EXPIRY_TONES
from limen.apps.records import clock
from limen.ui.components.data_table import Cell, Column, Link, Row

LINK_ON_PAGE = "limen_new_link"
PEOPLE_COLUMNS = (Column("Name"), Column("Roles here"), Column("Licences and training"), Column("Signs in with"))
CREDENTIAL_FIELDS = ("kind", "title", "number", "state_code", "scope", "valid_from", "expires_on", "is_withdrawn")


def _may_manage(request) -> bool:
    return can(request.actor, "staff.manage").is_allowed


@declares("staff.read")
def people(request):
    """Everybody who has or had a role here, with what ends soon."""
    today = clock.today(request.actor.time_zone)
    rows = [_person_row(line, today) for line in selectors.staff_of(request.actor.site_id)]
    facts = {
        "columns": PEOPLE_COLUMNS,
        "rows": rows,
        "may_manage": _may_manage(request),
        "invitations": selectors.open_invitations(request.actor.site_id),
        "new_link": request.session.pop(LINK_ON_PAGE, None),
        "notice_days": selectors.EXPIRY_NOTICE_DAYS,
    }
    return render(request, "accounts/staff.html", facts)


def _person_row(line: selectors.StaffLine, today) -> Row:
    states = [(c, selectors.expiry_of(c, today)) for c in line.credentials]
    words = [_credential_words(credential, state) for credential, state in states]
    worst = next((s for s in ("expired", "soon") if any(state == s for _, state in states)), "")
    url = reverse("accounts:staff-person", args=[line.user.uid])
    roles = ", ".join(ROLE_TITLES[role] for role in line.roles) or "none now"
    note = line.user.email if line.user.is_active else f"{line.user.email} · disabled"
    return Row(
        (
            Link(line.user.display_name, url, note=note),
            roles,
            "; ".join(words) or "none recorded",
            "passkey" if line.has_passkey else "no passkey",
        ),
        EXPIRY_TONES[worst],
    )


def _credential_words(credential: StaffCredential, state: str) -> str:
    name = f"{credential.title} {credential.state_code}".strip()
    if credential.expires_on is None:
        return name
    verb = "expired" if state == "expired" else "until"
    return f"{name} {verb} {credential.expires_on:%-d %b %Y}"


@declares("staff.manage")
def invite(request):
    """A one-time link for a colleague: mailed, and shown once on the next page."""
    form = StaffInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _, token = services.invite(
            site=selectors.site(request.actor.site_id),
            kind="staff",
            actor=request.actor,
            address=_link_root(request),
            **form.cleaned_data,
        )
        _show_once(request, form.cleaned_data["display_name"], token)
        return redirect("accounts:staff")
    return render(request, "accounts/staff_invite.html", {"form": form}, status=422 if form.is_bound else 200)


def _link_root(request) -> str:
    return request.build_absolute_uri(reverse("accounts:invitation", args=["-"]))[: -len("-/")]


def _show_once(request, name: str, token: str) -> None:
    request.session[LINK_ON_PAGE] = {"name": name, "address": f"{_link_root(request)}{token}/"}


@declares("staff.manage")
@require_POST
def withdraw(request, invitation_uid):
    """Take back a link that nobody has used."""
    row = next((i for i in selectors.open_invitations(request.actor.site_id) if i.uid == invitation_uid), None)
    if row is None:
        raise Http404
    services.withdraw_invitation(row, actor=request.actor)
    messages.success(request, "The link no longer works.")
    return redirect("accounts:staff")


def _member(request, user_uid) -> User:
    user = selectors.staff_member(request.actor.site_id, user_uid)
    if user is None:
        raise Http404
    return user


def _colleague(request, user_uid) -> User:
    """Somebody whose account is in this site's hands: a role here has not ended, or no other site has one for them."""
    user = _member(request, user_uid)
    if not selectors.is_managed_at(request.actor.site_id, user):
        raise PermissionDenied("This person works at another site now; that site keeps their account.")
    return user


@declares("staff.read")
def person(request, user_uid):
    return _person_page(request, _member(request, user_uid))


def _person_page(request, user: User, status: int = 200, **forms: Any):
    today = clock.today(request.actor.time_zone)
    site = selectors.site(request.actor.site_id)
    may_manage = _may_manage(request)
    credentials = selectors.credentials_of(user)
    facts = {
        "person": user,
        "may_manage": may_manage,
        "is_self": user.pk == request.user.pk,
        "memberships": [
            {"row": m, "title": ROLE_TITLES[m.role], "is_now": selectors.is_in_force(m, today)}
            for m in selectors.memberships_at(site.pk, user)
        ],
        "credential_columns": CREDENTIAL_COLUMNS,
        "credential_rows": [_credential_row(c, user, today, may_manage) for c in credentials],
        "problems": selectors.signing_problems(user, site.state_code, today),
        "state_code": site.state_code,
        "sessions": selectors.sessions_of(user) if may_manage else [],
        "role_form": RoleForm(initial={"starts_on": today}),
        "active_form": ReasonForm(auto_id="id_active_%s"),
        "new_link": request.session.pop(LINK_ON_PAGE, None) if may_manage else None,
        **forms,
    }
    return render(request, "accounts/staff_person.html", facts, status=status)


CREDENTIAL_COLUMNS = (
    Column("What"),
    Column("State"),
    Column("Number"),
    Column("Scope"),
    Column("Valid from"),
    Column("Expires"),
)


def _credential_row(credential: StaffCredential, user: User, today, may_manage: bool) -> Row:
    state = selectors.expiry_of(credential, today)
    ends = f"{credential.expires_on:%-d %b %Y}" if credential.expires_on else "no end"
    kind = credential.get_kind_display()
    note = f"{kind} · withdrawn" if credential.is_withdrawn else kind
    url = reverse("accounts:staff-credential", args=[user.uid, credential.uid])
    return Row(
        (
            Link(credential.title, url, note=note) if may_manage else Cell(credential.title, note=note),
            credential.state_code or "–",
            credential.number or "–",
            credential.scope or "–",
            f"{credential.valid_from:%-d %b %Y}",
            Cell(ends, note="expired" if state == "expired" else "ends soon" if state else ""),
        ),
        EXPIRY_TONES[state],
    )


def _back(user: User):
    return redirect("accounts:staff-person", user_uid=user.uid)


@declares("staff.manage")
@require_POST
def give_role(request, user_uid):
    user = _member(request, user_uid)
    form = RoleForm(request.POST)
    if form.is_valid() and user.pk == request.user.pk:
        form.add_error(None, "You cannot give a role to yourself; ask another administrator.")
    if not form.is_valid():
        return _person_page(request, user, 422, role_form=form)
    services.give_role(user=user, site=selectors.site(request.actor.site_id), actor=request.actor, **form.cleaned_data)
    messages.success(request, f"{user.display_name}: {ROLE_TITLES[form.cleaned_data['role']]} given.")
    return _back(user)


@declares("staff.manage")
@require_POST
def end_role(request, user_uid, membership_uid):
    user = _member(request, user_uid)
    row = next((m for m in selectors.memberships_at(request.actor.site_id, user) if m.uid == membership_uid), None)
    if row is None:
        raise Http404
    if user.pk == request.user.pk and row.role == ADMIN:
        messages.error(request, "You cannot end your own administrator role; ask another administrator.")
        return _back(user)
    # A role ends with the day before: from the next request it no longer counts.
    services.end_role(row, ends_on=services.yesterday(), actor=request.actor)
    messages.success(request, f"{user.display_name}: {ROLE_TITLES[row.role]} ended.")
    return _back(user)


@declares("staff.manage")
@require_POST
def set_active(request, user_uid):
    """Disable or enable an account. Its sessions end at once."""
    user = _colleague(request, user_uid)
    form = ReasonForm(request.POST, auto_id="id_active_%s")
    if form.is_valid() and user.pk == request.user.pk:
        form.add_error(None, "You cannot disable your own account; ask another administrator.")
    if not form.is_valid():
        return _person_page(request, user, 422, active_form=form)
    services.set_active(user, is_active=not user.is_active, actor=request.actor, reason=form.cleaned_data["reason"])
    messages.success(request, f"{user.display_name} can sign in again." if user.is_active else "Account disabled.")
    return _back(user)


@declares("staff.manage")
@require_POST
def end_sessions(request, user_uid):
    user = _colleague(request, user_uid)
    services.end_sessions_of(user, actor=request.actor)
    messages.success(request, f"{user.display_name} is signed out everywhere.")
    return _back(user)


@declares("staff.manage")
@require_POST
def recovery(request, user_uid):
    """A one-time link for a colleague who lost their passkey. Speak with them first: the link makes all ways in new."""
    user = _colleague(request, user_uid)
    site = selectors.site(request.actor.site_id)
    _, token = services.issue_recovery(user, site=site, actor=request.actor, address=_link_root(request))
    _show_once(request, user.display_name, token)
    return _back(user)


@declares("staff.manage")
def new_credential(request, user_uid):
    user = _colleague(request, user_uid)
    form = CredentialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _save_credential(request, user, StaffCredential(user=user), form)
    return _credential_page(request, user, form)


@declares("staff.manage")
def change_credential(request, user_uid, credential_uid):
    user = _colleague(request, user_uid)
    row = next((c for c in selectors.credentials_of(user) if c.uid == credential_uid), None)
    if row is None:
        raise Http404
    initial = {name: getattr(row, name) for name in (*CREDENTIAL_FIELDS, "version")}
    form = CredentialForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        row.version = form.cleaned_data["version"] or 0
        return _save_credential(request, user, row, form)
    return _credential_page(request, user, form)


def _save_credential(request, user: User, row: StaffCredential, form: CredentialForm):
    for name in CREDENTIAL_FIELDS:
        setattr(row, name, form.cleaned_data[name])
    services.record_credential(row, actor=request.actor)
    messages.success(request, format_html("{}: saved.", row.title))
    return _back(user)


def _credential_page(request, user: User, form: CredentialForm):
    facts = {"form": form, "person": user}
    return render(request, "accounts/staff_credential.html", facts, status=422 if form.is_bound else 200)
