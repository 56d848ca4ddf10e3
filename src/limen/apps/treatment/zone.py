"""Pages speak in the viewer's own time zone."""

from functools import wraps

from django.utils import timezone


def in_viewer_zone(view):
    """Every time the view reads or writes is in the zone of the person who looks."""

    @wraps(view)
    def show(request, *args, **kwargs):
        with timezone.override(request.actor.time_zone):
            return view(request, *args, **kwargs)

    return show
