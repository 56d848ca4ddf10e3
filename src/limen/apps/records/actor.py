"""Who is acting: a value made once for each request, passed to every service."""

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """The person (or the system) behind a read or a write.

    roles: the person's roles at `site_id`; empty means none, never all.
    factors: how many factors the sign-in proved (0 anonymous, 1, or 2).
    """

    kind: str  # "visitor" | "patient" | "staff" | "sitter" | "system"
    user_id: int | None = None
    user_uid: uuid.UUID | None = None
    display_name: str = ""
    site_id: int | None = None
    site_name: str = ""
    time_zone: str = "UTC"
    patient_id: int | None = None
    patient_uid: uuid.UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    factors: int = 0

    @property
    def is_staff_actor(self) -> bool:
        return self.kind == "staff"

    @property
    def is_patient_actor(self) -> bool:
        return self.kind == "patient"

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    def has_role(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


VISITOR = Actor(kind="visitor", display_name="Visitor")


def system(name: str, site_id: int | None = None) -> Actor:
    """An actor for work nobody asked for in person: the clock, an import, the demo filler."""
    return Actor(kind="system", display_name=name, site_id=site_id, roles=frozenset({"system"}), factors=2)
