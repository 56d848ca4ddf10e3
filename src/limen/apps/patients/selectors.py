"""Reads about patients. Names are sealed, so search compares keyed digests of prefixes."""

import re
import unicodedata
import uuid
from datetime import date, datetime

from django_scopes import scopes_disabled

from limen.apps.patients.models import Consent, Contact, Episode, Patient, SearchToken, Supporter
from limen.apps.records.actor import Actor
from limen.apps.records.crypto import blind_index

SEARCH_LIMIT = 50


def patient_at_any_site(uid: uuid.UUID) -> Patient | None:
    """For the access middleware alone: it decides whether the actor may see the row."""
    with scopes_disabled():
        return Patient.objects.select_related("site", "merged_into").filter(uid=uid).first()


def patient_of_user(user) -> Patient | None:
    """The patient record of a signed-in person; kept on the user for the length of the request."""
    if not hasattr(user, "_limen_patient"):
        with scopes_disabled():
            user._limen_patient = Patient.objects.select_related("site").filter(user_id=user.pk).first()
    return user._limen_patient


def normalise(text: str) -> list[str]:
    """Lower-case words without accents or punctuation: what names are compared by."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower() or text.lower()
    return re.findall(r"[^\W_]+", plain)


def prefix_tokens(text: str) -> set[str]:
    """Keyed digests of every prefix (two letters or more) of every word."""
    return {
        blind_index(f"name:{word[:n]}") for word in normalise(text) for n in range(min(2, len(word)), len(word) + 1)
    }


def birth_date_token(day: date) -> str:
    return blind_index(f"born:{day.isoformat()}")


def find_patients(actor: Actor, *, text: str = "", birth_date: date | None = None) -> list[Patient]:
    """Patients of the active site whose names start with every word, or with that birth date, or that uid."""
    rows = Patient.objects.visible_to(actor).filter(merged_into__isnull=True)
    words = normalise(text)
    try:
        return list(rows.filter(uid=uuid.UUID(text.strip())))
    except ValueError:
        pass
    if not words and birth_date is None:
        return []
    for token in [blind_index(f"name:{word}") for word in words]:
        rows = rows.filter(pk__in=SearchToken.objects.filter(kind="name", token=token).values("patient_id"))
    if birth_date is not None:
        token = birth_date_token(birth_date)
        rows = rows.filter(pk__in=SearchToken.objects.filter(kind="born", token=token).values("patient_id"))
    found = list(rows[:SEARCH_LIMIT])
    return sorted(found, key=lambda p: (p.family_name.lower(), p.given_name.lower()))


def possible_duplicates(actor: Actor, *, given_name: str, family_name: str, birth_date: date) -> list[Patient]:
    """Records that may be the same person: same birth date and a shared name, or the same full name."""
    same_day = find_patients(actor, birth_date=birth_date)
    names = set(normalise(given_name) + normalise(family_name))
    close = [p for p in same_day if names & set(normalise(p.name))]
    full = [p for p in find_patients(actor, text=f"{given_name} {family_name}") if p not in close]
    return close + full


def current_episode(patient: Patient) -> Episode | None:
    """The open episode of care, or the last one."""
    rows = Episode.objects.filter(patient=patient).order_by("-started_on", "-id")
    return next((e for e in rows if e.ended_on is None), rows[0] if rows else None)


def current_episodes(patients: list[Patient]) -> dict[int, Episode]:
    """The same for many patients at once, by the patient's key; who never had an episode is missing."""
    found: dict[int, Episode] = {}
    for row in Episode.objects.filter(patient__in=patients).order_by("started_on", "id"):
        known = found.get(row.patient_id)
        if known is None or row.ended_on is None or known.ended_on is not None:
            found[row.patient_id] = row
    return found


def contacts(patient: Patient) -> list[Contact]:
    return list(Contact.objects.filter(patient=patient, is_ended=False).order_by("kind", "id"))


def supporters(patient: Patient) -> list[Supporter]:
    return list(Supporter.objects.filter(patient=patient, is_ended=False).order_by("role", "id"))


def consents_in_force(patient: Patient, *, at: datetime | None = None) -> dict[str, Consent]:
    """The latest decision about each purpose (up to a moment), where that decision is 'given'."""
    latest: dict[str, Consent] = {}
    rows = Consent.objects.filter(patient=patient).current()
    if at is not None:
        rows = rows.filter(decided_at__lte=at)
    for consent in rows.order_by("decided_at", "id"):
        latest[consent.scope] = consent
    return {scope: consent for scope, consent in latest.items() if consent.decision == "given"}


def consent_history(patient: Patient) -> list[Consent]:
    return list(Consent.objects.filter(patient=patient).order_by("-decided_at", "-id"))


def recently_changed(actor: Actor, limit: int = 12) -> list[Patient]:
    """The records last changed at the active site."""
    return list(Patient.objects.visible_to(actor).filter(merged_into__isnull=True).order_by("-updated_at")[:limit])
