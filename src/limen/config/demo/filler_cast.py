"""The patients of the demo clinic: one row each, spread over every stage of care."""

from dataclasses import dataclass, field

from limen.config.demo.filler_names import HARBOUR, JUNIPER

IV, HOME = "iv-ketamine-six-in-three-weeks", "sublingual-at-home-four-weekly"


@dataclass(frozen=True)
class Story:
    """One invented patient.

    group: the stage they are in. day: the day of the first dose counted from today (with a plan), or of the referral.
    dose_today: which dose is today; then `day` is worked out from it. course: a key of filler_scores.COURSES.
    marks: what is special, as the scripts know it. login: listed on the people page, with `title` as their story.
    """

    name: str
    group: str
    site: str = HARBOUR
    day: int = 0
    course: str = "responder"
    dose_today: int = 0
    marks: frozenset[str] = field(default_factory=frozenset)
    story: str = ""

    @property
    def protocol(self) -> str:
        return HOME if self.site == JUNIPER else IV

    @property
    def place(self) -> str:
        return "home" if self.site == JUNIPER else "clinic"

    @property
    def has_plan(self) -> bool:
        return self.group in ("induction", "home", "follow-up", "maintenance") or "after-plan" in self.marks

    def is_(self, mark: str) -> bool:
        return mark in self.marks


def _story(name: str, group: str, site: str, day: int, course: str = "responder", *marks: str, **more) -> Story:
    return Story(name=name, group=group, site=site, day=day, course=course, marks=frozenset(marks), **more)


def _harbour(name: str, group: str, day: int, course: str = "responder", *marks: str, **more) -> Story:
    return _story(name, group, HARBOUR, day, course, *marks, **more)


def _juniper(name: str, group: str, day: int, course: str = "responder", *marks: str, **more) -> Story:
    return _story(name, group, JUNIPER, day, course, *marks, **more)


ONBOARDING = (
    _harbour("Ottilie Brackenridge", "onboarding", -3, story="New: account opened, first steps to do"),
    _harbour("Ferran Loxley-Abara", "onboarding", -5, story="Onboarding: consent to read and sign"),
    _harbour("Winifred Osakwe", "onboarding", -4),
    _harbour("Caspian Delacroy", "onboarding", -9, "responder", "slow"),
    _harbour("Leocadia Munro-Tan", "onboarding", -6, "responder", "possible-duplicate"),
    _juniper("Hester Valdivane", "onboarding", -3),
    _juniper("Ibrahim Sandoway", "onboarding", -6, story="Onboarding for care at home"),
    _juniper("Perpetua Lindgrove", "onboarding", -20, "responder", "slow"),
)
DECIDING = (
    _harbour("Marisol Eastwick-Bao", "deciding", -16),
    _harbour("Tunde Harrowgate", "deciding", -17),
    _harbour("Greta Silverlode", "deciding", -15, "responder", "high-pressure"),
    _juniper("Rafaela Corbinsky", "deciding", -16),
    _juniper("Anand Fairbourne", "deciding", -19),
)
DECLINED = (
    _harbour("Bram Ollerenshaw", "declined", -48, "responder", "declined-heart"),
    _harbour("Sunniva Petrakova", "declined", -75, "responder", "declined-trials"),
    _juniper("Dashiell Omondi-Rae", "declined", -60, "responder", "declined-sitter"),
)
PLANNING = (
    _harbour("Philomena Achterberg", "planning", -19, story="Decision signed, no plan yet"),
    _harbour("Kwabena Lightfoot-Ruiz", "planning", -22),
    _juniper("Solveig Marchbanks", "planning", -20),
    _juniper("Emrys Tolliver", "planning", -23),
)
LIVE = (
    _harbour("Thaddeus Winterbourne", "induction", 0, "responder", "live-25", dose_today=3, story="In a live session"),
    _harbour("Xiomara Feldstein", "induction", 0, "partial", "live-overdue", dose_today=2),
    _harbour("Obadiah Crane-Mbeki", "induction", 0, "responder", "live-recovery", dose_today=5),
    _harbour("Linnea Sorrowdale", "induction", 0, "none", "live-gate", dose_today=4),
    _harbour("Jericho Palmwright", "induction", 0, "remitter", "live-later", dose_today=6, story="Dose later today"),
)
INDUCTION = (
    *LIVE,
    _harbour("Maya Okafor", "induction", -8, "responder", "due-now", story="IV course, week 2; PHQ-9 due today"),
    _harbour("Aurelio Hightower-Sen", "induction", 4),
    _harbour("Clementine Nakagawa", "induction", -2, "responder", "ae-mild"),
    _harbour("Desmond Rookwood", "induction", -4, "none"),
    _harbour("Faridah Ellingsworth", "induction", -6, "remitter", "intention"),
    _harbour("Gideon Saltmarsh", "induction", -11, "partial", "ae-hold"),
    _harbour("Honora Vijayaraghan", "induction", -13, "responder", "review-due"),
    _harbour("Isidro Blackwater", "induction", -16, "responder", "unsigned-note"),
    _harbour("Junia Prestongate", "induction", -19, "remitter"),
)
HOME_COURSE = (
    _juniper(
        "Cordelia Amankwah", "home", 0, "responder", "home-live", dose_today=2, story="At home with a sitter, live now"
    ),
    _juniper("Evander Kowalczek", "home", -3, "partial"),
    _juniper("Lavinia Thorsdottir", "home", -6, "remitter"),
    _juniper("Mordecai Banerjee-Holm", "home", -10, "responder", "out-of-protocol"),
    _juniper("Nehemiah Castlebrook", "home", -12, "none"),
    _juniper("Olympia Ferreira-Lund", "home", -13, "responder", "due-now", story="Home course, questionnaire open"),
    _juniper("Quillon Abernathy-Diaz", "home", -19, "responder", "review-due"),
    _juniper("Rosamund Takeyama", "home", 3),
)
FOLLOW_UP = (
    _harbour("Saskia Underwood-Pires", "follow-up", -25, "remitter"),
    _harbour(
        "Tobiah Glendenning", "follow-up", -30, "none", "signal-open", story="Safety signal open, screener to answer"
    ),
    _harbour("Ursuline Madaki", "follow-up", -33, "responder", "journal", story="Week 5, writes a journal"),
    _harbour("Valentin Ashgrove", "follow-up", -38, "partial"),
    _harbour("Wilhelmina Torres-Oduya", "follow-up", -45, "responder", "signal-answered"),
    _harbour("Xavier Pemberlane", "follow-up", -52, "worse"),
    _harbour("Yolanda Birdsong-Kim", "follow-up", -60, "remitter", story="Follow-up after six infusions"),
    _harbour("Zebedee Larkspur", "follow-up", -66, "responder"),
    _harbour("Annika Bellweather", "follow-up", -69, "responder", "review-due"),
    _juniper("Benedikt Okonjo-Vale", "follow-up", -29, "responder"),
    _juniper("Calliope Redgrave-Ito", "follow-up", -40, "partial"),
    _juniper("Dragomir Hollins", "follow-up", -55, "remitter"),
    _juniper("Esperanza Whitcombe", "follow-up", -64, "none"),
)
MAINTENANCE = (
    _harbour("Florian Mbatha-Reed", "maintenance", -98, "relapse", "due-now", story="Relapsing after week 8"),
    _harbour("Guinevere Alcázar", "maintenance", -105, "remitter"),
    _harbour("Hamish Oyelaran-Pike", "maintenance", -120, "responder"),
    _harbour("Ilse Caravaggini", "maintenance", -140, "responder", "merged"),
    _harbour("Jacoba Ravenscroft", "maintenance", -160, "remitter"),
    _juniper("Kofi Silverthorne", "maintenance", -92, "responder"),
    _juniper("Lorcan Vasquez-Thorne", "maintenance", -112, "relapse"),
    _juniper("Mathilde Oduor", "maintenance", -130, "remitter"),
    _juniper("Niamh Castellano-Wu", "maintenance", -150, "partial"),
)
ENDED = (
    _harbour("Oriol Featherstone", "ended", -180, "remitter", "after-plan", "completed"),
    _harbour("Petronella Zamfir-Hale", "ended", -45, "none", "after-plan", "left"),
    _harbour("Rufus Adebayor-Lind", "ended", -40, "responder", "left-early"),
    _harbour("Seraphina Molloy", "ended", -90, "responder", "after-plan", "transferred"),
    _harbour("Theodora Quenington", "ended", -100, "responder", "after-plan", "died"),
    _juniper("Umberto Kallendar", "ended", -150, "responder", "after-plan", "completed"),
)
CAST: tuple[Story, ...] = (
    *ONBOARDING,
    *DECIDING,
    *DECLINED,
    *PLANNING,
    *INDUCTION,
    *HOME_COURSE,
    *FOLLOW_UP,
    *MAINTENANCE,
    *ENDED,
)
# The two second records of people who are already here (see the marks "merged" and "possible-duplicate").
SECOND_RECORDS = ("Ilse Caravagini", "Leocadia Munro")


def small_cast() -> tuple[Story, ...]:
    """One or two people of every stage, for a quick fill."""
    wanted = {"live-25", "home-live", "signal-open", "signal-answered", "possible-duplicate", "merged", "died"}
    groups: dict[str, int] = {}
    chosen = []
    for row in CAST:
        if row.marks & wanted or groups.get(row.group, 0) < 1:
            groups[row.group] = groups.get(row.group, 0) + 1
            chosen.append(row)
    return tuple(chosen)
