"""What every page needs to know about its own appearance; touches no database."""

from __future__ import annotations

from django.http import HttpRequest

THEMES = ("light", "dark", "dim")
THEME_COOKIE = "limen_theme"


def look(request: HttpRequest) -> dict[str, str]:
    """The theme chosen on this device; "" when none is, and then the person's own setting stands."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}
