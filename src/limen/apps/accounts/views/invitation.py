"""The one-time link: a new person sets up their sign-in; a known person accepts or recovers."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render

from limen.apps.accounts import services
from limen.apps.accounts.access import declares
from limen.apps.accounts.forms import InvitationForm
from limen.apps.accounts.models import Invitation, User
from limen.apps.records.actor import VISITOR, Actor, system

BACKEND = "django.contrib.auth.backends.ModelBackend"


@declares("account.enter")
def accept(request, token):
    """Show what the link is for; on POST use it once, sign the person in with one factor, ask for the second."""
    try:
        row = services.find_invitation(token)
    except services.Refused as refusal:
        return _refused(request, str(refusal))
    known = services.person_invited(row) if row.kind != "recovery" else None
    if known is not None or (request.user.is_authenticated and row.user_id != request.user.pk):
        return _accept_as_known(request, token, row, known)
    form = InvitationForm(request.POST or None, email=row.email, initial={"display_name": row.display_name})
    if request.method == "POST" and form.is_valid():
        try:
            user = services.accept_invitation(
                token=token,
                password=form.cleaned_data["password"],
                display_name=form.cleaned_data["display_name"],
                actor=_by_link(row),
            )
        except services.Refused as refusal:
            return _refused(request, str(refusal))
        return _sign_in(request, user)
    status = 422 if form.is_bound else 200
    return render(request, "accounts/invitation.html", {"form": form, "invitation": row}, status=status)


def _by_link(row: Invitation) -> Actor:
    return system(f"one-time link ({row.kind})", site_id=row.site_id)


def _accept_as_known(request, token: str, row: Invitation, known: User | None):
    """Somebody with an account accepts as themselves; another person's browser is told to sign out first."""
    is_same = known is not None and request.user.is_authenticated and request.user.pk == known.pk
    if request.method == "POST" and is_same and request.actor.factors >= 2:
        try:
            services.accept_invitation(
                token=token, password="", display_name="", actor=request.actor, signed_in_as=request.user
            )
        except services.Refused as refusal:
            return _refused(request, str(refusal))
        messages.success(request, f"You can now work at {row.site.name}.")
        return redirect("workspace:start")
    facts = {
        "invitation": row,
        "is_same": is_same,
        "needs_factor": is_same and request.actor.factors < 2,
        "is_other": request.user.is_authenticated and not is_same,
    }
    return render(request, "accounts/invitation_known.html", facts)


def _sign_in(request, user: User):
    request.session.flush()
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="invitation", reauthenticated=True)
    request.actor = VISITOR
    return redirect("accounts:second-factor")


def _refused(request, reason: str):
    return render(request, "accounts/invitation_refused.html", {"reason": reason}, status=410)
