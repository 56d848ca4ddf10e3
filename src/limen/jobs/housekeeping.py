"""What time alone changes: questionnaires whose window closed, and impaired windows that end with the day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django_scopes import scope

from limen.apps.accounts.models import Site
from limen.apps.measures.services import close_missed
from limen.apps.records.actor import system
from limen.apps.treatment.services import close_impaired_windows


def close_what_has_passed(now: datetime) -> int:
    """One pass over every site, each in its own scope and on its own calendar; returns how much was closed."""
    return sum(_close_at(site, now) for site in Site.objects.order_by("pk"))


def _close_at(site: Site, now: datetime) -> int:
    actor = system("clock", site.pk)
    with scope(site=site.pk):
        missed = close_missed(today=now.astimezone(ZoneInfo(site.time_zone)).date(), actor=actor, site=site)
        return missed + close_impaired_windows(site_id=site.pk, actor=actor)
