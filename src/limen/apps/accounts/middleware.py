"""Two steps before every view: who is acting (and at which site), and may they do what the view declares."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_scopes import scope

from limen.apps.accounts import patient_lookup, selectors
from limen.apps.accounts.access import ACTIONS, Subject, can, declared_action
from limen.apps.records import clock
from limen.apps.records.actor import VISITOR
from limen.apps.records.acts import record_denial, record_read, request_context
from limen.apps.records.selectors import was_read_since

LAST_ACTIVE = "limen_last_active"
SIGNED_IN_AT = "limen_signed_in_at"
TOUCH_SECONDS = 60
POLLED_READ_MINUTES = 15


def _shows_a_page(response) -> bool:
    """What a person may have read: a page, or a form that came back with errors and the record around it."""
    return 200 <= response.status_code < 300 or response.status_code in (409, 422)


class ActorMiddleware:
    """Make request.actor, end idle sessions, and open the site's scope around the view."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.patient = None
        request.actor = self._actor(request)
        with request_context(getattr(request, "request_id", "")):
            response = self._answer(request)
        has_left = request.actor.is_signed_in and not request.user.is_authenticated
        if has_left or getattr(request, "limen_expired", False):
            # Only the cache: vitals waiting on the device are kept until they are sent (S15).
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _answer(self, request):
        with timezone.override(ZoneInfo(request.actor.time_zone)):
            return self._in_scope(request)

    def _in_scope(self, request):
        if request.actor.site_id is None:
            return self.get_response(request)
        with scope(site=request.actor.site_id):
            return self.get_response(request)

    def _actor(self, request):
        if request.path.startswith(settings.STATIC_URL) or not request.user.is_authenticated:
            return VISITOR
        if self._has_expired(request):
            logout(request)
            request.limen_expired = True
            return VISITOR
        return selectors.actor_for(
            request.user,
            authentications=request.session.get("account_authentication_methods", []),
            site_id=request.session.get("limen_site"),
        )

    def _has_expired(self, request) -> bool:
        kind = "patient" if patient_lookup.of_user(request.user) else "staff"
        now = clock.now().timestamp()
        session = request.session
        signed_in = session.setdefault(SIGNED_IN_AT, now)
        last = session.setdefault(LAST_ACTIVE, now)
        if now - signed_in > timedelta(hours=settings.LIMEN_ABSOLUTE_HOURS[kind]).total_seconds():
            return True
        return now - last > timedelta(minutes=settings.LIMEN_IDLE_MINUTES[kind]).total_seconds()


class AccessMiddleware:
    """Deny by default: a view answers only when its declared action allows this actor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        read = getattr(request, "limen_read", "")
        is_shown = request.method in ("GET", "POST") and _shows_a_page(response)
        if read and is_shown and not self._is_same_reading(request, read):
            record_read(read, actor=request.actor, patient=request.patient)
        return response

    def _is_same_reading(self, request, read: str) -> bool:
        """A page that asks again by itself is one reading, as long as it goes on."""
        if not request.limen_polls:
            return False
        actor, patient = request.actor, request.patient
        since = clock.now() - timedelta(minutes=POLLED_READ_MINUTES)
        return was_read_since(since, read, actor=actor, patient_uid=patient.uid if patient else None)

    def process_exception(self, request, exception):
        """A service's refusal that no form caught becomes a plain page: nothing was saved, and why."""
        if getattr(exception, "limen_refusal", False):
            return render(request, "409.html", {"reason": str(exception)}, status=409)
        return None

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        action = declared_action(view, match.view_name or "", settings.LIMEN_FOREIGN_ROUTES)
        if action is None:
            return self._refuse(request, "undeclared", "This page declares no action.", status=404)
        self._touch(request, view)
        policy = ACTIONS[action]
        subject = self._subject(request, policy, kwargs)
        if policy.about == "patient" and subject is None:
            return self._refuse(request, action, "No such patient here.", status=404)
        decision = can(request.actor, action, subject)
        if decision.is_allowed:
            if policy.audits_reads:
                request.limen_read = action
                request.limen_polls = getattr(view, "limen_polls", False)
            return None
        if not request.actor.is_signed_in:
            return self._to_sign_in(request)
        if decision.needs_factor:
            return HttpResponseRedirect(reverse("accounts:second-factor"))
        is_foreign = policy.about in ("patient", "self") and request.actor.is_patient_actor
        return self._refuse(request, action, decision.reason, status=404 if is_foreign else 403)

    def _touch(self, request, view) -> None:
        """A person's own request keeps the session alive; a poll never does (S14)."""
        if not request.actor.is_signed_in or getattr(view, "limen_polls", False):
            return
        now = clock.now().timestamp()
        if now - request.session.get(LAST_ACTIVE, 0) > TOUCH_SECONDS:
            request.session[LAST_ACTIVE] = now

    def _subject(self, request, policy, kwargs) -> Subject | None:
        if policy.about == "patient":
            patient = patient_lookup.by_uid(kwargs["patient_uid"]) if "patient_uid" in kwargs else None
            if patient is None or (request.actor.is_signed_in and patient.site_id != request.actor.site_id):
                return None if request.actor.is_signed_in else Subject()
            request.patient = patient
            return Subject(patient_id=patient.pk, site_id=patient.site_id)
        if policy.about == "self" and request.actor.is_patient_actor:
            request.patient = patient_lookup.of_user(request.user)
            return Subject(patient_id=request.patient.pk, site_id=request.patient.site_id)
        return Subject(site_id=request.actor.site_id)

    def _to_sign_in(self, request):
        target = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
        if getattr(request, "htmx", False):
            response = HttpResponseRedirect(target)
            response.status_code = 204
            response.headers["HX-Redirect"] = target
            return response
        return HttpResponseRedirect(target)

    def _refuse(self, request, action: str, reason: str, *, status: int):
        request.patient = None
        if request.actor.is_signed_in:
            record_denial(action, actor=request.actor, reason=reason)
        return render(request, f"{status}.html", {"reason": reason if status == 403 else ""}, status=status)
