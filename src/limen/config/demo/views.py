"""The demo clinic's people, and signing in as one of them with one click. Exists only under the demo settings."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from limen.apps.accounts import demo_code
from limen.apps.accounts.access import declares
from limen.apps.accounts.models import Membership, User
from limen.apps.accounts.roles import ROLE_TITLES

if not settings.LIMEN_DEMO:
    raise ImproperlyConfigured("The demo pages exist only under the demo settings.")

BACKEND = "django.contrib.auth.backends.ModelBackend"
STORIES = "people.json"
View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    """Refuse even when somebody routes to a demo page elsewhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.LIMEN_DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@declares("demo.enter")
@demo_only
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of the demo clinic, in groups, each with a button that signs in as them."""
    facts = {"groups": told_groups() or role_groups(), "demo_code": demo_code.current()}
    return render(request, "demo/people.html", facts)


@declares("demo.enter")
@demo_only
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo person; it counts as two factors and is marked as a demo sign-in."""
    user = _active().filter(email=request.POST.get("email", "")).first()
    if user is None:
        raise Http404
    request.session.flush()
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="demo")
    return redirect("workspace:start")


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True)


def told_groups() -> list[dict[str, Any]]:
    """The people the filler tells about, in its order and groups; empty when it wrote no stories."""
    path = getattr(settings, "LIMEN_DEMO_FOLDER", None)
    if path is None or not (path / STORIES).is_file():
        return []
    users = {user.email: user for user in _active()}
    groups: dict[str, list[dict[str, str]]] = {}
    for told in json.loads((path / STORIES).read_text(encoding="utf-8")):
        if user := users.get(told["email"]):
            line = {"email": user.email, "name": user.display_name, "title": told["title"], "story": told["story"]}
            groups.setdefault(told["group"], []).append(line)
    return [{"title": title, "people": people} for title, people in groups.items()]


def role_groups() -> list[dict[str, Any]]:
    """Staff by site with their roles, then patients, when there are no stories to tell."""
    groups: dict[str, dict[str, dict[str, str]]] = {}
    rows = Membership.objects.filter(user__is_active=True).select_related("user", "site")
    for row in rows.order_by("site__name", "role", "user__display_name"):
        people = groups.setdefault(row.site.name, {})
        title = ROLE_TITLES[row.role]
        if row.user.email in people:
            people[row.user.email]["title"] += f", {title.lower()}"
        else:
            line = {"email": row.user.email, "name": row.user.display_name, "title": title, "story": ""}
            people[row.user.email] = line
    others = _active().filter(memberships__isnull=True).order_by("display_name")
    patients = {
        user.email: {"email": user.email, "name": user.display_name, "title": "", "story": ""} for user in others
    }
    if patients:
        groups["Patients"] = patients
    return [{"title": title, "people": list(people.values())} for title, people in groups.items()]
