"""Examples of this component, shown in the style guide and rendered by its tests."""

from django.utils.html import format_html

from limen.ui.components import Example

DRAWING = format_html(
    '<svg viewBox="0 0 640 220" role="img" aria-label="{}">'
    '<path d="M40 180H620M40 130H620M40 80H620M40 30H620" fill="none" stroke="var(--chart-grid)"/>'
    '<path d="M60 45 200 70 340 108 480 140 600 152" fill="none" stroke="var(--chart-1)" stroke-width="2.5"/>'
    '<g fill="var(--surface)" stroke="var(--chart-1)" stroke-width="2.5"><circle cx="60" cy="45" r="4.5"/>'
    '<circle cx="200" cy="70" r="4.5"/><circle cx="340" cy="108" r="4.5"/><circle cx="480" cy="140" r="4.5"/>'
    '<circle cx="600" cy="152" r="4.5"/></g></svg>',
    "Five scores falling from 19 to 6",
)

EXAMPLES = (
    Example(
        "Chart with its table",
        {
            "title": "PHQ-9 since the first visit",
            "sentence": "Five answers over eight weeks; the last is 6, down 13 from the first.",
            "svg": DRAWING,
            "table_columns": ["Week", {"label": "PHQ-9", "is_numeric": True}],
            "table_rows": [[0, 19], [2, 16], [4, 11], [6, 7], [8, 6]],
        },
    ),
)
