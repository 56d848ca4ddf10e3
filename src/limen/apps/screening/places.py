"""Which live site serves which place. Read by visitors, so it looks across sites."""

from dataclasses import dataclass

from django_scopes import scope

from limen.apps.accounts.models import Site
from limen.apps.accounts.selectors import setting_value


@dataclass(frozen=True)
class ServingSite:
    """A site that has gone live, and the places in which it may treat."""

    site: Site
    places: tuple[str, ...]


def serving_sites() -> list[ServingSite]:
    """Live sites that have signed where they may treat, by name."""
    found = []
    for site in Site.objects.filter(is_live=True).order_by("name"):
        with scope(site=site.pk):
            places = setting_value(site.pk, "public.served_places") or ()
        if places:
            found.append(ServingSite(site, tuple(str(place) for place in places)))
    return found


def served_places() -> list[str]:
    """Every place served by at least one live site, in alphabetical order."""
    return sorted({place for row in serving_sites() for place in row.places})


def sites_for(place: str) -> list[Site]:
    return [row.site for row in serving_sites() if place in row.places]
