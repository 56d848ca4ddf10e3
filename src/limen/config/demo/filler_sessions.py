"""Dosing sessions minute by minute: at the clinic by drip, at home under the tongue."""

from datetime import datetime, timedelta
from decimal import Decimal

from limen.apps.measures.services import record_response
from limen.apps.patients.models import Supporter
from limen.apps.plans.models import PlannedVisit
from limen.apps.records import clock
from limen.apps.scheduling.models import Room
from limen.apps.treatment import services as treatment
from limen.apps.treatment.models import DosingSession
from limen.config.demo.filler_diary import minutes, wall
from limen.config.demo.filler_journey import Journey
from limen.config.demo.filler_site import proof

# Doses as the protocols' studies describe them; demo orders, not advice.
IV_MG_PER_KG, IV_MINUTES = Decimal("0.5"), 40
SUBLINGUAL_MG, HOLD_MINUTES = Decimal(300), 12
SEEN_CLOSELY_DAYS = 5  # sessions this recent have every reading; older ones a few
ARRIVAL, SCREEN, VITALS, ASKED = -35, -27, -20, -8  # minutes before the dose
RECOVERED, SIGNED_OUT = 121, 126  # minutes after its start
ASKED_AT_GATE = {
    "identity": "yes",
    "consent": "yes",
    "capacity": "yes",
    "intoxication": "no",
    "mania_psychosis": "no",
    "medication_since_last": "no_change",
    "new_medical_event": "no",
    "fasting": "yes",
}
ASKED_AT_CLINIC = {"ride_home": "yes"}
ASKED_AT_HOME = {"sitter": "yes", "safe_with_sitter": "yes", "location": "yes", "monitor_live": "yes"}
ASKED_ON_LEAVING = {
    "sedation_resolved": "yes",
    "dissociation_resolved": "yes",
    "breathing_normal": "yes",
    "vitals_acceptable": "yes",
    "walks_steadily": "yes",
    "suicide_question": "no",
    "first_evening": "yes",
    "driving_advice": "yes",
    "printed_advice": "yes",
    "how_feeling": "yes",
}


def order_doses(journey: Journey, *, doses: int, weeks: int) -> None:
    """One order for the whole course, signed by the prescriber."""
    is_home = journey.story.place == "home"
    today = clock.today(journey.clinic.zone)
    dose_mg = SUBLINGUAL_MG if is_home else (IV_MG_PER_KG * Decimal(f"{journey.weight_kg:.1f}")).quantize(Decimal(1))
    treatment.sign_order(
        patient=journey.person,
        drug="ketamine",
        route="sl" if is_home else "iv",
        place=journey.story.place,
        dose_mg=dose_mg,
        valid_from=today,
        valid_until=today + timedelta(weeks=weeks),
        indication="Depression after two adequate antidepressants without full benefit",
        is_per_kg=not is_home,
        max_doses=doses,
        duration_min=None if is_home else IV_MINUTES,
        instructions="Hold under the tongue, then spit out" if is_home else "Over 40 minutes by pump",
        monitoring_check="State programme checked, nothing new",
        actor=journey.actor("prescriber"),
        authentication=proof(),
    )


class Sitting:
    """One session of one visit: its steps, as far as `until` minutes after the dose (None: to the end)."""

    def __init__(self, journey: Journey, visit: PlannedVisit, starts_at: datetime, room: Room | None):
        self.journey, self.visit_id, self.starts_at, self.room = journey, visit.pk, starts_at, room
        self.rng = journey.rng
        self.number = int(visit.key.rsplit("-", 1)[1])
        self.is_home = journey.story.place == "home"
        self.is_close = (journey.clinic.now - starts_at).days < SEEN_CLOSELY_DAYS
        self.monitor = "monitor" if self.rng.random() < 0.6 or self.is_home else "monitor-2"
        self.peak = self.rng.randint(3, 9)
        self.end_min = HOLD_MINUTES if self.is_home else IV_MINUTES
        self._session: DosingSession | None = None

    def plan(self, *, skip: frozenset[int] = frozenset(), is_gate_only: bool = False) -> None:
        """Put the steps into the diary. skip: minutes whose reading is not taken."""
        before = [(ARRIVAL, self.arrive), (SCREEN, self.screen), (VITALS, lambda: self.read(0)), (ASKED, self.ask)]
        for minute, step in before:
            moment = max(self.starts_at + minutes(minute), self._midnight() + minutes(minute - ARRIVAL + 1))
            self.journey.at(min(moment, self.starts_at), step)
        if is_gate_only:
            return
        self.journey.at(self.starts_at, self.start)
        for minute in self._reading_minutes():
            if minute not in skip:
                self._at(minute, lambda minute=minute: self.read(minute))
        for minute in self._rating_minutes():
            self._at(minute + 1, lambda minute=minute: self.rate(minute))
        if self.is_home:
            for minute in range(15, 120, 15) if self.is_close else (60,):
                self._at(minute - 1, self.sitter_looks)
        self._at(self.end_min, self.give)
        self._at(RECOVERED, self.recover)
        self._at(RECOVERED + 2, self.ask_before_leaving)
        self._at(SIGNED_OUT, self.leave)

    def _at(self, minute: float, step) -> None:
        self.journey.at(self.starts_at + minutes(minute), step)

    def _midnight(self) -> datetime:
        """What belongs to the gate is of the same calendar day as the dose."""
        day = self.starts_at.astimezone(wall(self.journey.today, "00:00", self.journey.clinic.zone).tzinfo).date()
        return wall(day, "00:00", self.journey.clinic.zone)

    def _reading_minutes(self) -> tuple[int, ...]:
        if self.is_home:
            return (30, 60, 90, 118) if self.is_close else (30,)
        return (10, 20, 30, 40, 55, 70, 85, 100, 115) if self.is_close else (20, 85)

    def _rating_minutes(self) -> tuple[int, ...]:
        if self.is_home:
            return ()
        return (20, 40, 119) if self.is_close else (40,)

    @property
    def session(self) -> DosingSession:
        """The session as the services left it, with the patient as they are now."""
        assert self._session is not None
        self._session.patient = self.journey.person
        return self._session

    def arrive(self) -> None:
        sitter = Supporter.objects.filter(patient=self.journey.person, role="sitter").first() if self.is_home else None
        self._session = treatment.open_session(
            patient=self.journey.person,
            visit=PlannedVisit.objects.select_related("plan", "appointment").get(pk=self.visit_id),
            actor=self.journey.actor(self.monitor),
            room=self.room,
            sitter=sitter,
            monitor=self.journey.clinic.user(self.monitor),
            client_uid=self.journey.uid(),
        )

    def screen(self) -> None:
        """The suicide questions since the last contact, all answered no."""
        record_response(
            patient=self.journey.person,
            instrument_id="c-ssrs-since-last-contact",
            answers={"q1": 0, "q2": 0, "q6": 0},
            completed_at=clock.now(),
            actor=self.journey.actor(self.monitor),
            entry_mode="clinician",
            purpose="before_dose",
        )

    def read(self, minute: int) -> None:
        """Vital signs: a rise towards the middle of the dose, and back."""
        rise = max(0, 16 - abs(minute - 30) // 3) if minute else 0
        if self.journey.story.is_("ae-hold") and self.number == 2 and minute in (20, 30):
            rise += 28
        chance = self.rng.randrange(-4, 5)
        values: dict = {
            "systolic_mmhg": min(self.journey.systolic + rise + chance, 240),
            "diastolic_mmhg": self.journey.diastolic + rise // 2 + chance // 2,
            "heart_rate_bpm": 66 + rise // 2 + self.rng.randrange(14),
            "spo2_percent": self.rng.randrange(96, 100),
        }
        if not self.is_home:
            values["respiratory_rate_per_min"] = self.rng.randrange(12, 18)
        if minute == 0 and not self.is_home:
            values["weight_kg"] = f"{self.journey.weight_kg + self.rng.randrange(-6, 7) / 10:.1f}"
        treatment.record_session_vital(
            self.session,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            is_after_rest=minute == 0,
            **values,
        )

    def ask(self) -> None:
        answers = ASKED_AT_GATE | (ASKED_AT_HOME if self.is_home else ASKED_AT_CLINIC)
        if self.journey.can_be_pregnant:
            answers |= {"pregnancy": "negative"}
        treatment.answer_gate_line(
            self.session, answers=answers, actor=self.journey.actor(self.monitor), client_uid=self.journey.uid()
        )

    def start(self) -> None:
        treatment.start_dosing(self.session, actor=self.journey.actor(self.monitor), client_uid=self.journey.uid())

    def rate(self, minute: int) -> None:
        """Dissociation and sedation as the monitor sees them."""
        level = {20: self.peak - 1, 40: self.peak}.get(minute, 0)
        sedation = 4 if minute == 40 and self.peak > 6 else 5
        rated = [("dissociation-rating", max(level, 0))]
        if self.is_close:
            rated.append(("moaa-s", sedation))
        for instrument_id, value in rated:
            treatment.record_rating(
                self.session,
                instrument_id=instrument_id,
                value=value,
                actor=self.journey.actor(self.monitor),
                client_uid=self.journey.uid(),
            )

    def sitter_looks(self) -> None:
        treatment.record_event(
            self.session,
            kind="sitter_check",
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            payload={"is_well": True},
            note="Awake, answers, breathing calmly",
        )

    def give(self) -> None:
        session = self.session
        assert session.order is not None
        treatment.give_dose(
            session,
            drug="ketamine",
            route=session.route,
            dose_mg=session.order.dose_mg,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            lot="" if self.is_home else f"DEMO-{self.rng.randrange(1000, 9999)}",
        )

    def recover(self) -> None:
        treatment.sign_recovered(
            self.session,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            authentication=proof(),
            note="Awake, oriented, walks as before",
        )

    def ask_before_leaving(self) -> None:
        answers = ASKED_ON_LEAVING | ({"sitter_stays": "yes"} if self.is_home else {"escort_seen": "yes"})
        treatment.answer_discharge(
            self.session, answers=answers, actor=self.journey.actor(self.monitor), client_uid=self.journey.uid()
        )

    def leave(self) -> None:
        treatment.discharge(
            self.session,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            escort="" if self.is_home else self.journey.sitter_name,
            companion=self.journey.sitter_name,
            next_day_contact="call",
        )

    def event(self, kind: str, note: str) -> None:
        treatment.record_event(
            self.session,
            kind=kind,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            note=note,
        )

    def adverse(self, term: str, severity: str, lasted_min: int | None, detail: str, causality: str) -> None:
        started_at = clock.now() - minutes(lasted_min or 0)
        treatment.record_adverse_event(
            patient=self.journey.person,
            session=self.session,
            term=term,
            severity=severity,
            started_at=started_at,
            resolved_at=clock.now() if lasted_min is not None else None,
            causality=causality,
            detail=detail,
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
        )

    def plan_nausea(self) -> None:
        """A mild adverse event that passes."""
        self._at(62, lambda: self.adverse("Nausea", "mild", 20, "Passed by itself, drank water", "probable"))

    def plan_hold(self) -> None:
        """A moderate one: the drip is held, the person settles, and it goes on."""
        words = "Frightened, heart pounding, pressure up. Drip held, breathing together."
        self._at(21, lambda: self.event("hold", "Asked to pause; pressure up"))
        self._at(22, lambda: self.adverse("Anxiety with raised blood pressure", "moderate", None, words, "probable"))
        self._at(33, lambda: self.event("resume", "Calm again, pressure back, wants to go on"))

    def plan_extra_tablet(self) -> None:
        """A second tablet at home that nobody ordered: recorded, with its duty for the prescriber."""
        self._at(50, self._extra_tablet)

    def _extra_tablet(self) -> None:
        treatment.give_dose(
            self.session,
            drug="ketamine",
            route="sl",
            dose_mg=Decimal(100),
            actor=self.journey.actor(self.monitor),
            client_uid=self.journey.uid(),
            happening="other",
            deviation="Took a piece of the next tablet by themselves; the sitter told the monitor",
        )
