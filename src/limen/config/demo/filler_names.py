"""Every invented person of the demo clinic. Any likeness to somebody real is chance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StaffName:
    """key: how the filler calls them. roles: site key -> roles there. licences: state -> days until it expires."""

    key: str
    name: str
    roles: dict[str, tuple[str, ...]]
    licences: dict[str, int]
    story: str


HARBOUR, JUNIPER = "harbour", "juniper"
YEARS = 700
STAFF = (
    StaffName(
        "director",
        "Dr Imani Castellane",
        {HARBOUR: ("medical_director",), JUNIPER: ("medical_director",)},
        {"NY": YEARS, "CA": YEARS},
        "Signs the settings of both sites",
    ),
    StaffName(
        "prescriber", "Dr Teodor Vaskovel", {HARBOUR: ("prescriber",)}, {"NY": YEARS}, "Decides, orders and reviews"
    ),
    StaffName(
        "prescriber-expired",
        "Dr Wren Adeyhollow",
        {HARBOUR: ("prescriber",)},
        {"NY": -12},
        "Licence expired 12 days ago: reads, cannot sign",
    ),
    StaffName("therapist", "Lucía Marrowfield", {HARBOUR: ("therapist",)}, {}, "Preparation and integration"),
    StaffName("therapist-2", "Bashir Quillfeather", {HARBOUR: ("therapist",)}, {}, "Preparation and integration"),
    StaffName("monitor", "Noor Tamsinwell", {HARBOUR: ("monitor",)}, {"NY": YEARS}, "In the dosing rooms today"),
    StaffName("monitor-2", "Eamon Birchwade", {HARBOUR: ("monitor",)}, {"NY": YEARS}, "In the dosing rooms today"),
    StaffName("coordinator", "Saoirse Lindenmoor", {HARBOUR: ("coordinator",)}, {}, "Referrals, onboarding, diary"),
    StaffName("lead", "Ravindra Osterley", {HARBOUR: ("lead",)}, {}, "Reads the programme page"),
    StaffName("admin", "Mireille Tackworth", {HARBOUR: ("admin",)}, {}, "People, rooms and settings"),
    StaffName(
        "pharmacist",
        "Goran Whitlowe",
        {HARBOUR: ("pharmacist",), JUNIPER: ("pharmacist",)},
        {"NY": YEARS, "CA": YEARS},
        "Second checks at both sites",
    ),
    StaffName(
        "auditor",
        "Philippa Nakendra",
        {HARBOUR: ("auditor",), JUNIPER: ("auditor",)},
        {},
        "Who saw what, at both sites",
    ),
    StaffName(
        "prescriber-home",
        "Dr Hana Reyeswick",
        {JUNIPER: ("prescriber",)},
        {"CA": 20},
        "Licence expires in 20 days",
    ),
    StaffName("therapist-home", "Osagie Fennimore", {JUNIPER: ("therapist",)}, {}, "Guide calls by video"),
    StaffName(
        "monitor-home", "Delphine Arrowmere", {JUNIPER: ("monitor",)}, {"CA": YEARS}, "Watches home sessions by video"
    ),
    StaffName("coordinator-home", "Kaito Brandellin", {JUNIPER: ("coordinator",)}, {}, "Referrals and onboarding"),
    StaffName("lead-home", "Yara Pellingtree", {JUNIPER: ("lead",)}, {}, "Reads the programme page"),
    StaffName("admin-home", "Tobias Okwuland", {JUNIPER: ("admin",)}, {}, "People and settings"),
)
SUPPORTERS = (
    "Amara Sixpenny",
    "Jules Varnholt",
    "Ines Calloway-Frost",
    "Dmitri Hallowbrook",
    "Keziah Thornapple",
    "Matteo Underlake",
    "Siobhan Greypool",
    "Vikram Eastlaw",
    "Odalys Merrinook",
    "Piet Stonecastle",
)
REFERRED = ("Anselm Trewithick", "Rosalind Kubasik", "Jorah Penhallow", "Maya Okafor", "Nadia Fairweather-Osei")
