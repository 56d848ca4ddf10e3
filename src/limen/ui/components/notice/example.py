"""Examples of this component, shown in the style guide and rendered by its tests."""

from limen.ui.components import Example

EXAMPLES = (
    Example("Information", {"text": "Your next visit is on Thursday at 09:00."}),
    Example("Success", {"tone": "success", "text": "Saved. Your care team can see this from now on."}),
    Example(
        "Warning",
        {
            "tone": "warning",
            "title": "Two settings are not signed",
            "text": "Home sessions stay closed until the medical director signs them.",
            "url": "#",
            "link_label": "Open site settings",
        },
    ),
    Example(
        "Danger", {"tone": "danger", "title": "Blood pressure over the site's limit", "text": "168 / 104 at 09:45."}
    ),
    Example("Plain", {"tone": "plain", "text": "All people and records on this site are made up."}),
)
