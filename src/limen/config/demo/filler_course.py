"""A care plan followed day by day: visits, notes, questionnaires, doses and reviews."""

from datetime import date, timedelta
from functools import partial
from itertools import count

from limen.apps.measures.models import Assignment
from limen.apps.measures.selectors import baseline_score, latest_score
from limen.apps.measures.services import answer_item, assign, cancel_assignment, close_missed, finish, record_response
from limen.apps.patients.services import end_episode
from limen.apps.plans import services as plans
from limen.apps.plans.models import CarePlan, PlannedVisit
from limen.apps.plans.selectors import active_plan, visits
from limen.apps.records import clock
from limen.apps.signals.selectors import open_for
from limen.apps.signals.services import answer_obligation
from limen.apps.therapy import services as therapy
from limen.config.demo import filler_onboarding, filler_sessions
from limen.config.demo.filler_diary import local_day, minutes, wall
from limen.config.demo.filler_journey import Journey
from limen.config.demo.filler_scores import gad_7, phq_9
from limen.config.demo.filler_sessions import ARRIVAL, SIGNED_OUT, Sitting
from limen.config.demo.filler_site import FILLER, proof

DOSE_OFFSETS = {"clinic": (0, 3, 7, 10, 14, 17), "home": (0, 7, 14, 21)}
# What is going on now: mark -> (minutes since the dose began, readings not taken, only the gate).
LIVE_NOW: dict[str, tuple[int, frozenset[int], bool]] = {
    "live-25": (25, frozenset(), False),
    "live-overdue": (36, frozenset({20, 30}), False),
    "live-recovery": (64, frozenset(), False),
    "live-gate": (-12, frozenset(), True),
    "live-later": (-140, frozenset(), True),
    "home-live": (34, frozenset(), False),
}
LIVE_ROOMS = {"live-25": 0, "live-overdue": 1, "live-recovery": 2, "live-gate": 3, "live-later": 0}
ANSWERED_SHARE = 0.86
MAINTENANCE_EVERY_DAYS = 28
NAUSEA_SHARE = 0.06
INTENTIONS = (
    "To let go of the hurry, and to listen.",
    "To meet what comes with kindness.",
    "To find out what I miss.",
    "To remember how it feels to look forward to something.",
)
PREPARATION_NOTE = (
    "Went through the course of a session, what may feel strange, and how to ask for a pause. Ride home set."
)
INTEGRATION_NOTE = (
    "Talked about images of the sea and of a locked house. Slept well after. Links to work with grief seen."
)
EXERCISES = ("Ten minutes outside each morning, without the phone.", "Write down one small wish each evening.")
DUTY_NOTE = (
    "Called, well and sorry. Tablets counted with the sitter, who keeps them now. No dose until the next review."
)
JOURNAL = (
    "Slept through for the first time in weeks. The light this morning was just light, not a reproach.",
    "Heavy day. I remembered the shore from the session and breathed for a while. It helped a little.",
    "Called my brother. We laughed about the old car.",
)
SECOND_SIGNAL_ANSWERS: dict[str, int | None] = {"q1": 1, "q2": 1, "q3": 0, "q4": 0, "q5": 0, "q6": 0}


class Course:
    """The plan of one story from its signature to the present."""

    def __init__(self, journey: Journey):
        self.journey, self.story, self.rng = journey, journey.story, journey.rng
        self.clinic = journey.clinic
        self.live = next((mark for mark in LIVE_NOW if self.story.is_(mark)), "")
        self.first_dose = self._first_dose()
        self.at_time = self._usual_time()

    def _first_dose(self) -> date:
        if not self.live:
            return self.journey.today + timedelta(days=self.story.day)
        offsets = DOSE_OFFSETS[self.story.place]
        return local_day(self._live_start(), self.clinic.zone) - timedelta(days=offsets[self.story.dose_today - 1])

    def _live_start(self):
        return self.clinic.now - minutes(LIVE_NOW[self.live][0])

    def _usual_time(self) -> str:
        if not self.live:
            return self.rng.choice(("09:00", "09:30", "10:30", "13:00", "13:30"))
        arrival = self._live_start() + minutes(ARRIVAL)
        local = arrival.astimezone(wall(self.first_dose, "00:00", self.clinic.zone).tzinfo)
        if local.date() != local_day(self._live_start(), self.clinic.zone):
            return "00:00"
        return f"{local:%H}:{local.minute // 5 * 5:02d}"

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Every day for those at home and for whom something must fall on today, whatever weekday it is."""
        is_any = self.live or self.story.place == "home" or self.story.is_("due-now")
        return () if is_any else plans.MONDAY_TO_FRIDAY

    def schedule(self) -> None:
        signed_on = self.first_dose - timedelta(days=6)
        self.journey.on(signed_on, "15:20", self.sign)

    def sign(self) -> None:
        """The plan and its order, and everything that follows from its dates."""
        journey = self.journey
        plan = plans.start_plan(
            patient=journey.person,
            episode=journey.episode,
            protocol_id=self.story.protocol,
            start_date=self.first_dose,
            first_time=self.at_time,
            weekdays_open=self.weekdays,
            actor=journey.actor("prescriber"),
            authentication=proof(),
        )
        filler_sessions.order_doses(journey, doses=len(DOSE_OFFSETS[self.story.place]), weeks=6)
        plans.set_goal(
            patient=journey.person,
            episode=journey.episode,
            words=self.rng.choice(filler_onboarding.GOALS),
            actor=journey.own,
        )
        for visit in visits(plan):
            self._schedule_visit(visit)
        self._schedule_marks()
        if self.story.group in ("maintenance", "ended") or self.story.is_("completed"):
            journey.on(self.first_dose + timedelta(days=78), "11:40", self.complete)
        self._schedule_endings()

    def _schedule_visit(self, visit: PlannedVisit) -> None:
        day, journey = visit.target_date, self.journey
        happenings = {
            "preparation": self.prepare,
            "integration": self.integrate,
            "review": self.review,
            "check-in-call": self.call,
        }
        self._schedule_questionnaires(visit)
        if visit.kind == "dosing":
            self._schedule_dose(visit)
            return
        hour = {"preparation": "11:30", "integration": "14:10", "review": "16:10"}.get(visit.kind, "12:20")
        is_left = visit.kind == "review" and self.story.is_("review-due") and day >= journey.today - timedelta(days=4)
        if not is_left:
            journey.on(day, hour, partial(happenings[visit.kind], visit.pk))

    def _schedule_questionnaires(self, visit: PlannedVisit) -> None:
        rows = list(Assignment.objects.filter(subject_uid=visit.uid, state="open"))
        for row in rows:
            is_due_now = self.story.is_("due-now") and row.closes_on >= self.journey.today
            is_answered = row.purpose == "baseline" or self.rng.random() < ANSWERED_SHARE
            if is_due_now or not is_answered:
                after = row.closes_on + timedelta(days=1)
                self.journey.on(after, "03:00", self.close_unanswered)
            else:
                at = self.rng.choice(("07:40", "08:10", "08:25"))
                day = row.due_on - timedelta(days=self.rng.randrange(2) if row.opens_on < row.due_on else 0)
                self.journey.on(day, at, partial(self.answer, row.pk))

    def close_unanswered(self) -> None:
        close_missed(today=clock.today(self.clinic.zone), actor=FILLER, patient=self.journey.person)

    def answer(self, assignment_id: int) -> None:
        """The patient fills in one questionnaire on the phone."""
        row = Assignment.objects.filter(pk=assignment_id, state="open").first()
        if row is None:
            return
        instrument_id = row.instrument_pin.split("@")[0]
        record_response(
            patient=self.journey.person,
            instrument_id=instrument_id,
            answers=self.answers(instrument_id),
            completed_at=clock.now(),
            actor=self.journey.own,
            entry_mode="patient",
            assignment=row,
        )

    def answers(self, instrument_id: str) -> dict[str, int | None]:
        days = (clock.today(self.clinic.zone) - self.first_dose).days
        if instrument_id == "gad-7":
            return gad_7(self.journey.gad_7.total(days), self.rng)
        return phq_9(self.journey.phq_9.total(days), self.rng)

    def _visit(self, pk: int) -> PlannedVisit | None:
        row = PlannedVisit.objects.select_related("plan", "plan__episode", "appointment", "patient").get(pk=pk)
        return row if row.state == "planned" and row.plan.state == "active" else None

    def prepare(self, pk: int) -> None:
        visit = self._visit(pk)
        if visit is None:
            return
        self._write_note(visit, "preparation", PREPARATION_NOTE, "")
        first = next((v for v in visits(visit.plan) if v.key == "dose-1"), None)
        if first is not None and (self.story.is_("intention") or self.rng.random() < 0.7):
            words = self.rng.choice(INTENTIONS)
            self.journey.on(clock.today(self.clinic.zone), "20:30", lambda: self.intend(words, first.uid))
        self._done(visit, "therapist")

    def intend(self, words: str, visit_uid) -> None:
        therapy.save_intention(patient=self.journey.person, words=words, actor=self.journey.own, visit_uid=visit_uid)

    def integrate(self, pk: int) -> None:
        visit = self._visit(pk)
        if visit is None:
            return
        self._write_note(visit, "integration", INTEGRATION_NOTE, self.rng.choice(EXERCISES))
        self._done(visit, "therapist")

    def _write_note(self, visit: PlannedVisit, kind: str, text: str, exercises: str) -> None:
        actor = self.journey.actor("therapist")
        today = clock.today(self.clinic.zone)
        note = therapy.save_note(
            patient=self.journey.person,
            kind=kind,
            occurred_on=today,
            text=text,
            exercises=exercises,
            visit_uid=visit.uid,
            actor=actor,
        )
        is_left = self.story.is_("unsigned-note") and today > self.journey.today - timedelta(days=5)
        if not is_left:
            therapy.sign_note(note, actor=actor, authentication=proof())

    def _done(self, visit: PlannedVisit, role: str) -> None:
        plans.complete_visit(visit, done_on=clock.today(self.clinic.zone), actor=self.journey.actor(role))

    def call(self, pk: int) -> None:
        visit = self._visit(pk)
        if visit is None:
            return
        if self.rng.random() < 0.12:
            plans.miss_visit(visit, reason="Did not answer, message left", actor=self.journey.actor("coordinator"))
        else:
            self._done(visit, "coordinator")

    def review(self, pk: int) -> None:
        visit = self._visit(pk)
        if visit is None:
            return
        patient = self.journey.person
        first, last = baseline_score(patient, "phq-9"), latest_score(patient, "phq-9")
        plans.sign_review(
            plan=visit.plan,
            visit=visit,
            decision="continue",
            reason="Sleep and drive better, pressure stable, no bladder complaints. Goes on as planned.",
            patient_text="We go on as planned. Tell us at any time when something changes.",
            facts={
                "phq_9_baseline": first.value if first else None,
                "phq_9_latest": last.value if last else None,
                "as_of": clock.today(self.clinic.zone),
            },
            actor=self.journey.actor("prescriber"),
            authentication=proof(),
        )

    def _schedule_dose(self, visit: PlannedVisit) -> None:
        starts_at = wall(visit.target_date, "10:05" if self.live else self.at_time, self.clinic.zone) - minutes(ARRIVAL)
        rooms = self.clinic.rooms
        room = None if self.story.place == "home" else self.rng.choice(rooms)
        number = int(visit.key.rsplit("-", 1)[1])
        if self.live and number == self.story.dose_today:
            if self.live != "live-later":
                self._schedule_live(visit)
            return
        now = self.clinic.now
        if starts_at + minutes(ARRIVAL) <= now < starts_at + minutes(SIGNED_OUT):
            return  # expected today and not there yet: only the stories marked so are live
        sitting = Sitting(self.journey, visit, starts_at, room)
        sitting.plan()
        if (self.story.is_("ae-mild") and number == 1) or self.rng.random() < NAUSEA_SHARE:
            sitting.plan_nausea()
        if self.story.is_("ae-hold") and number == 2:
            sitting.plan_hold()
        if self.story.is_("out-of-protocol") and number == 1:
            sitting.plan_extra_tablet()
            self.journey.on(visit.target_date + timedelta(days=1), "09:20", self.answer_duties)

    def answer_duties(self) -> None:
        """The prescriber answers what the session left open."""
        for duty in open_for(self.journey.person):
            answer_obligation(duty, note=DUTY_NOTE, actor=self.journey.actor("prescriber"))

    def _schedule_live(self, visit: PlannedVisit) -> None:
        _, skip, is_gate_only = LIVE_NOW[self.live]
        room = self.clinic.rooms[LIVE_ROOMS[self.live]] if self.live in LIVE_ROOMS else None
        Sitting(self.journey, visit, self._live_start(), room).plan(skip=skip, is_gate_only=is_gate_only)

    def complete(self) -> None:
        """The protocol is through: on to maintenance, with a questionnaire every month."""
        plan = active_plan(self.journey.person)
        if plan is None:
            return
        self._change(plan, "completed", "All visits of the protocol are done; maintenance from here.")
        for number in count():
            day = self.first_dose + timedelta(days=98 + number * MAINTENANCE_EVERY_DAYS)
            if day > self.journey.today + timedelta(days=7):
                return
            self.journey.on(day - timedelta(days=7), "06:00", partial(self.ask_monthly, day))

    def _change(self, plan: CarePlan, state: str, reason: str) -> None:
        plans.change_state(plan, state=state, reason=reason, actor=self.journey.actor("prescriber"))

    def ask_monthly(self, day: date) -> None:
        for instrument_id in ("phq-9", "gad-7"):
            row = assign(
                patient=self.journey.person,
                episode=self.journey.episode,
                instrument_id=instrument_id,
                purpose="follow_up",
                opens_on=day - timedelta(days=3),
                due_on=day,
                closes_on=day + timedelta(days=7),
                actor=FILLER,
            )
            is_due_now = self.story.is_("due-now") and row.closes_on >= self.journey.today
            if is_due_now or self.rng.random() > ANSWERED_SHARE:
                self.journey.on(row.closes_on + timedelta(days=1), "03:00", self.close_unanswered)
            else:
                self.journey.on(day, "08:05", partial(self.answer, row.pk))

    def _schedule_marks(self) -> None:
        journey, now = self.journey, self.clinic.now
        if self.story.is_("signal-open"):
            journey.at(now - minutes(130), self.worry)
        if self.story.is_("signal-answered"):
            journey.at(now - timedelta(days=12, hours=3), self.worry)
            journey.at(
                now - timedelta(days=12), lambda: filler_onboarding.answer_signal(journey, SECOND_SIGNAL_ANSWERS)
            )
        if self.story.is_("journal"):
            for number, text in enumerate(JOURNAL):
                journey.at(now - timedelta(days=9 - 3 * number, hours=2), partial(self.write, text))

    def write(self, text: str) -> None:
        entry = therapy.write_entry(patient=self.journey.person, text=text, actor=self.journey.own)
        if text == JOURNAL[-1]:
            therapy.share_entry(entry, actor=self.journey.own)

    def worry(self) -> None:
        """A PHQ-9 on the phone whose last question is above zero, question by question; then the screener begins."""
        today = clock.today(self.clinic.zone)
        row = assign(
            patient=self.journey.person,
            episode=self.journey.episode,
            instrument_id="phq-9",
            purpose="follow_up",
            opens_on=today,
            due_on=today,
            closes_on=today + timedelta(days=1),
            actor=FILLER,
        )
        days = (today - self.first_dose).days
        total = max(self.journey.phq_9.total(days), 9)
        for item, value in phq_9(total, self.rng, ninth=2).items():
            answer_item(row, item, value, actor=self.journey.own)
        finish(row, actor=self.journey.own)

    def _schedule_endings(self) -> None:
        endings = {
            "completed": (100, "completed", "Went through the whole course, well, back to the own doctor."),
            "left": (12, "left", "Felt no change after three doses and wants to stop. Own doctor informed."),
            "transferred": (44, "transferred", "Moved to another state; the programme there has taken over."),
            "died": (
                57,
                "died",
                "The family called. Died in a road accident, as a passenger. Condolences sent; the team met.",
            ),
        }
        for mark, (days, ending, note) in endings.items():
            if self.story.is_(mark):
                self.journey.on(self.first_dose + timedelta(days=days), "17:30", partial(self.end, ending, note))

    def end(self, ending: str, note: str) -> None:
        plan = active_plan(self.journey.person)
        if plan is not None:
            self._change(plan, "stopped", note)
        for row in Assignment.objects.filter(patient=self.journey.person, state="open"):
            cancel_assignment(row, reason="The episode of care has ended", actor=FILLER)
        end_episode(self.journey.episode, ending=ending, note=note, actor=self.journey.actor("prescriber"))
        self.journey.diary.close()
