"""Who saw, did or was refused what at this site. Reading this page is itself audited."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from limen.apps.accounts import audit_words, selectors
from limen.apps.accounts.access import declares
from limen.apps.accounts.forms import OUTCOMES, AuditForm
from limen.apps.accounts.roles import role_words
from limen.ui.components.data_table import Cell, Column, Link, Row

PAGE_SIZE = 50
COLUMNS = (Column("When"), Column("Who"), Column("Action"), Column("About"), Column("Outcome"), Column("Reason"))
OUTCOME_WORDS = dict(OUTCOMES)


@declares("audit.read")
def events(request):
    form = AuditForm(request.GET)
    found = selectors.find_audit_events(request.actor.site_id)
    is_valid = form.is_valid()
    if is_valid:
        since, until = form.moments(request.actor.time_zone)
        values = form.cleaned_data
        found = selectors.find_audit_events(
            request.actor.site_id,
            person=values["person"],
            patient_uid=values["patient"],
            action=values["action"],
            outcome=values["outcome"],
            since=since,
            until=until,
        )
    page = Paginator(found if is_valid else found.none(), PAGE_SIZE).get_page(request.GET.get("page"))
    facts = {
        "form": form,
        "columns": COLUMNS,
        "rows": [_row(event) for event in page.object_list],
        "page": page,
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "previous_url": _page_url(request, page.previous_page_number()) if page.has_previous() else "",
        "next_url": _page_url(request, page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "accounts/audit.html", facts, status=200 if is_valid else 422)


def _row(event) -> Row:
    when = date_format(localtime(event.at), "j M Y, H:i:s")
    about = _patient_link(event.patient_uid) if event.patient_uid else "–"
    outcome = OUTCOME_WORDS.get(event.outcome, event.outcome)
    tone = "watch" if event.outcome == "denied" else ""
    who = Cell(event.actor_name, note=role_words(event.roles))
    done = Cell(audit_words.what(event.action), note=event.action)
    return Row((when, who, done, about, outcome, event.reason or "–"), tone)


def _patient_link(uid) -> Link:
    return Link(f"patient {str(uid)[:8]}", reverse("patients:who-saw", kwargs={"patient_uid": uid}), note=str(uid))


def _page_url(request, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
