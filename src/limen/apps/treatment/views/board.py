"""The live board. Looking at it is audited when it opens and while it stays open; a poll that answers "not modified"
writes nothing."""

import hashlib

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from limen.apps.accounts.access import declares
from limen.apps.records import clock
from limen.apps.treatment import selectors
from limen.apps.treatment.views import pictures
from limen.apps.treatment.zone import in_viewer_zone


@declares("board.read")
@require_safe
@in_viewer_zone
def board(request):
    return render(request, "treatment/board.html", {**_content(request), "etag": _etag(request)})


@declares("board.read")
@require_safe
@in_viewer_zone
def fragment(request):
    """The board's inside for board.js; 304 while nothing has happened within the same minute."""
    etag = _etag(request)
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "treatment/_board.html", _content(request))
    response.headers["ETag"] = etag
    response.headers["X-Limen-Now"] = clock.now().isoformat()
    patch_cache_control(response, private=True, no_cache=True)
    return response


fragment.limen_polls = True


def _etag(request) -> str:
    """What is shown, for whom and in which zone, as one short mark."""
    seen = f"{selectors.board_tag(request.actor)}|{request.actor.time_zone}|{sorted(request.actor.roles)}"
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'


def _content(request) -> dict:
    now = clock.now()
    tiles = selectors.board(request.actor, now=now)
    overdue = sum(tile.is_overdue for tile in tiles)
    expected = selectors.expected_today(request.actor, now=now)
    return {
        "tiles": [_tile(tile) for tile in tiles],
        "overdue": overdue,
        "overdue_words": f"{overdue} overdue",
        "expected": [_expected(row) for row in expected],
        "read_at": now,
    }


def _tile(tile) -> dict:
    due = tile.next_due
    return {
        "url": reverse("treatment:session", args=[tile.patient.uid, tile.session.uid]),
        "name": tile.patient.name,
        "uid": str(tile.session.uid),
        "place": tile.place_words,
        "phase": tile.phase_words,
        "tone": pictures.PHASE_TONES[tile.state.phase],
        "dose_started_at": tile.state.dose_started_at,
        "minutes": f"{tile.minutes:.0f}" if tile.minutes is not None else "",
        "due_title": due.title if due else "",
        "due_at": due.due_at if due and not pictures.is_open_ended(due) else None,
        "due_words": "before the dose" if due and pictures.is_open_ended(due) else "",
        "missing": due.missing_setting if due else "",
        "is_overdue": tile.is_overdue,
        "last_at": tile.last_at,
        "is_stale": tile.is_last_stale,
        "signals": tile.signals,
        "has_help_call": tile.has_help_call,
        "monitor": tile.session.monitor.display_name if tile.session.monitor else "",
        "edge": "alert" if tile.has_help_call or tile.is_overdue or tile.state.phase == "held" else "",
    }


def _expected(row) -> dict:
    return {
        "name": row.patient.name,
        "url": reverse("treatment:sessions", args=[row.patient.uid]),
        "at": row.starts_at,
        "where": row.room.name if row.room else row.get_place_display(),
    }
