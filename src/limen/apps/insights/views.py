"""The programme page: honest outcomes of one site."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from limen.apps.accounts.access import declares
from limen.apps.insights import selectors
from limen.apps.records import clock


@declares("insights.read")
@require_safe
def programme(request):
    as_of = clock.today(request.actor.time_zone)
    page = {"programme": selectors.programme(request.actor, as_of=as_of), "as_of": as_of}
    return render(request, "insights/programme.html", page)
