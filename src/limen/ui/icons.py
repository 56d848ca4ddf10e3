"""The icon set: line drawings on a 24-unit grid, drawn with the current text colour."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS: dict[str, str] = {
    "alert": "M12 3.5 2.5 20h19zM12 10v4.5M12 17.4v.2",
    "arrow-left": "M20 12H4.5M11 5.5 4.5 12l6.5 6.5",
    "arrow-right": "M4 12h15.5M13 5.5 19.5 12 13 18.5",
    "bars": "M4 20V11M10 20V4M16 20v-6M21 20H3",
    "board": "M3.5 4.5h7v7h-7zM13.5 4.5h7v7h-7zM3.5 14.5h7v5h-7zM13.5 14.5h7v5h-7z",
    "book": "M4 5.5c3-1.2 5.5-.8 8 1 2.5-1.8 5-2.2 8-1V19c-3-1.2-5.5-.8-8 1-2.5-1.8-5-2.2-8-1zM12 6.5V20",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4",
    "check": "m4.5 12.5 5 5 10-11",
    "circle": "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
    "clock": "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2.5",
    "cross": "m6 6 12 12M18 6 6 18",
    "door": "M6 20.5V10a6 6 0 0 1 12 0v10.5M3.5 20.5h17",
    "eye": "M2.5 12S6 5.5 12 5.5s9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12z"
    "M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
    "heart": "M12 20S3.5 15 3.5 9A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8.5 2c0 6-8.5 11-8.5 11z",
    "home": "M4 11.5 12 4l8 7.5V20h-5.5v-6h-5v6H4z",
    "info": "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5.5M12 7.5v.2",
    "late": "M4.5 12A7.5 7.5 0 1 0 7 6.4M7 2.5v4h4M12 8v4.5l3 1.5",
    "lock": "M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "message": "M4 5h16v11.5h-8L7 20.5v-4H4z",
    "minus": "M5.5 12h13",
    "more": "M5.5 12v.1M12 12v.1M18.5 12v.1",
    "people": "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 20c.5-3.5 3-5 6.5-5s6 1.5 6.5 5"
    "M15.5 5.3a3.5 3.5 0 0 1 0 6.5M17.5 15.3c2.3.6 3.6 2.2 4 4.7",
    "pen": "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
    "person": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5c.8-4 3.7-5.5 7.5-5.5s6.7 1.5 7.5 5.5",
    "phone": "M5 4h4l1.5 5-2.5 1.5a11 11 0 0 0 5.5 5.5L15 13.5l5 1.5v4c0 .6-.4 1-1 1C11 20 4 13 4 5c0-.6.4-1 1-1z",
    "search": "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20.5 20.5",
    "settings": "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM9 15a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
    "source": "M6 3.5h8.5l4 4v13H6zM9.5 12h5.5M9.5 16h5.5M14 3.5v4.5h4.5",
    "unknown": "M9 9.2a3 3 0 1 1 4.2 2.9c-.9.4-1.2 1-1.2 2.1M12 17.4v.2",
}

FOR_PAGES: dict[str, str] = {
    "Today": "home",
    "Home": "home",
    "Progress": "bars",
    "Plan": "calendar",
    "Journal": "book",
    "More": "more",
    "Patients": "person",
    "Referrals": "door",
    "Board": "board",
    "Signals": "alert",
    "Schedule": "calendar",
    "Reviews": "eye",
    "Programme": "bars",
    "Staff": "people",
    "Settings": "settings",
    "Audit": "source",
}
"""The drawing beside a menu line, by its label; a line may also name its own."""


def icon(name: str) -> SafeString:
    """The drawing called ``name``; hidden from assistive technology, so text must stand beside it.

    Raises ValueError for a name that is not in the set.
    """
    try:
        path = PATHS[name]
    except KeyError:
        raise ValueError(f"No icon is called {name!r}; use one of {', '.join(sorted(PATHS))}.") from None
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', path
    )
