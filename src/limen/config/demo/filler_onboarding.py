"""From the free assessment to the signed decision, as the people of the site would do it."""

import tomllib
from datetime import date, timedelta
from functools import partial

from limen.apps.accounts.services import accept_invitation, invite
from limen.apps.measures.models import Assignment
from limen.apps.measures.services import record_response, record_vital
from limen.apps.patients.models import Contact, Supporter
from limen.apps.patients.services import end_episode, record_consent, save_contact, save_supporter
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import VISITOR
from limen.apps.screening import draft as drafts
from limen.apps.screening import services as screening
from limen.apps.screening.models import ChecklistItem, MedicationTrial, Referral
from limen.apps.screening.rules import assessment_questions, condition_questions
from limen.apps.signals.selectors import open_for
from limen.apps.signals.services import answer_obligation, take
from limen.config.demo.filler_journey import Journey
from limen.config.demo.filler_names import HARBOUR
from limen.config.demo.filler_scores import gad_7, phq_9
from limen.config.demo.filler_site import Clinic, email_of, proof

PERMISSION = "You may keep my answers and contact me about them."
LINK = "http://localhost:8000/invitation/"
ANTIDEPRESSANTS = ("sertraline", "escitalopram", "venlafaxine", "bupropion", "mirtazapine", "duloxetine", "fluoxetine")
MEDICINES = ("lamotrigine 100 mg", "levothyroxine 75 micrograms", "atorvastatin 20 mg", "vitamin D", "none of note")
GOALS = ("Cook for friends again", "Go back to work two days a week", "Enjoy music", "Sleep through the night")
PAYERS = ("Self-pay", "Insurance, asked for", "Sliding scale")
PLAN_LEAD_DAYS = 30  # from the referral to the first dose
# Facts that a clinician answers with yes; everything else that is asked about is absent.
PRESENT = ("has_capacity", "has_adult_sitter", "home_feels_safe")
DECLINED = {
    "declined-heart": (
        "Stroke last year; the cardiologist advises against a rise of blood pressure.",
        "Your heart and blood vessels need care first. We have written to your doctor.",
    ),
    "declined-trials": (
        "One adequate trial on record; a second one with the own doctor comes first.",
        "Another medicine may help you first. You can come back at any time.",
    ),
    "declined-sitter": (
        "No adult can stay for the session, and a clinic is out of reach.",
        "A session at home needs somebody with you. We talked about other ways.",
    ),
}


def schedule(journey: Journey, referred_on: date) -> None:
    """Put the steps of this story up to its decision into the diary."""
    story = journey.story
    journey.on(referred_on, "19:20", lambda: refer(journey))
    journey.on(referred_on + timedelta(days=1), "10:05", lambda: accept(journey))
    early = (
        (2, "18:30", open_account),
        (3, "09:15", note_payer),
        (3, "19:10", give_contacts),
        (4, "20:05", give_privacy),
    )
    steps = [*early]
    if not story.is_("slow"):
        steps += [
            (5, "11:00", list_medicines),
            (5, "11:25", measure),
            (6, "20:15", give_consents),
            (7, "13:00", ask_pregnancy),
            (8, "10:00", take_history),
            (9, "15:30", finish_steps),
        ]
    for days, at, step in steps:
        journey.on(referred_on + timedelta(days=days), at, partial(step, journey))
    if story.group != "onboarding" and not story.is_("left-early"):
        journey.on(referred_on + timedelta(days=12), "14:00", lambda: assess(journey))
    if story.group not in ("onboarding", "deciding") and not story.is_("left-early"):
        journey.on(referred_on + timedelta(days=13), "16:40", lambda: decide(journey))


def health_answers(journey: Journey) -> dict[str, str]:
    """What the person says about their health: no to everything but what the story needs."""
    answers = {q.id: "no" for q in assessment_questions().questions if q.id not in ("age", "place")}
    if journey.story.is_("declined-heart"):
        answers["stroke-or-heart-disease"] = "yes"
    if journey.rng.random() < 0.15:
        answers["psychosis-family"] = "not-sure"
    return answers


def referral_answers(journey: Journey) -> dict:
    """What the free assessment sends when the person asks to be contacted."""
    rng = journey.rng
    drugs = rng.sample(ANTIDEPRESSANTS, 1 if journey.story.is_("declined-trials") else 2)
    draft = drafts.Draft(
        age_years=journey.age_years,
        place=journey.clinic.site.state_code,
        answers={
            "phq-9": phq_9(journey.phq_9.baseline, rng, ninth=journey.ninth),
            "gad-7": gad_7(journey.gad_7.baseline, rng),
        },
        tried="yes",
        trials=[{"drug": drug, "enough": "yes", "outcome": rng.choice(("none", "partial"))} for drug in drugs],
        health=health_answers(journey),
        goals=rng.choice(GOALS),
    )
    return {**drafts.for_referral(draft), "care_place": journey.story.place}


def refer(journey: Journey, name: str = "") -> Referral:
    given, _, family = (name or journey.story.name).rpartition(" ")
    return screening.receive_referral(
        site=journey.clinic.site,
        given_name=given,
        family_name=family,
        birth_date=journey.birth_date,
        email=email_of(name or journey.story.name),
        phone=journey.phone,
        answers=referral_answers(journey),
        permission_text=PERMISSION,
        actor=VISITOR,
    )


def accept(journey: Journey) -> None:
    """The coordinator opens the record; an answer about death is looked into the same day."""
    referral = next(r for r in _waiting(journey) if r.given_name == journey.given_name)
    journey.patient = screening.accept_referral(referral, actor=journey.actor("coordinator"))
    if open_for(journey.person):
        journey.later(95, lambda: answer_signal(journey))
    _, token = invite(
        site=journey.clinic.site,
        kind="patient",
        email=referral.email,
        display_name=journey.story.name,
        actor=journey.actor("coordinator"),
        patient=journey.person,
        address=LINK,
    )
    journey.invitation_token = token


def _waiting(journey: Journey) -> list[Referral]:
    rows = Referral.objects.filter(site_id=journey.clinic.site.pk, state="received")
    return [row for row in rows.order_by("-id") if row.family_name == journey.family_name]


NO_TO_ALL: dict[str, int | None] = {"q1": 0, "q2": 0, "q6": 0}


def answer_signal(journey: Journey, answers: dict[str, int | None] | None = None) -> None:
    """A prescriber calls, asks the structured questions, and answers the signal with what was done."""
    actor = journey.actor("prescriber")
    waiting = Assignment.objects.filter(
        patient=journey.person, state="open", instrument_pin__startswith="c-ssrs-screener@"
    ).first()
    record_response(
        patient=journey.person,
        instrument_id="c-ssrs-screener",
        answers=answers or {**NO_TO_ALL, "q1": 1},
        completed_at=clock.now(),
        actor=actor,
        entry_mode="clinician",
        purpose="safety",
        assignment=waiting,
    )
    for obligation in open_for(journey.person):
        take(obligation, actor=actor)
        answer_obligation(
            obligation,
            note="Called. Wish to be dead at times, no thoughts of doing anything, no plan. Safety plan gone through, "
            "crisis line given, sister knows. Seen again within the week.",
            actor=actor,
        )


def open_account(journey: Journey) -> None:
    accept_invitation(token=journey.invitation_token, password="", display_name=journey.story.name, actor=VISITOR)
    journey.refresh()


def note_payer(journey: Journey) -> None:
    _tick(journey, "payer", "coordinator", journey.rng.choice(PAYERS))


def _tick(journey: Journey, key: str, role: str, note: str = "") -> None:
    item = ChecklistItem.objects.filter(patient=journey.person, key=key).first()
    if item is not None and item.state == "todo":
        screening.complete_step(item, actor=journey.actor(role), note=note)


def give_contacts(journey: Journey) -> None:
    patient, site = journey.person, journey.clinic.site
    number = journey.rng.randrange(10, 990)
    address = f"{number} Invented Lane, Exampleton {journey.clinic.site.state_code}"
    save_contact(Contact(site=site, patient=patient, kind="treatment_address", value=address), actor=journey.own)
    roles = ("sitter", "emergency") if journey.story.place == "home" else ("escort", "emergency")
    for role in roles:
        row = Supporter(
            site=site,
            patient=patient,
            role=role,
            name=journey.sitter_name,
            relationship=journey.rng.choice(("friend", "partner", "sister", "brother", "neighbour")),
            phone=f"555-{110 + number % 80:04d}",
            is_adult=True,
            agreed_on=clock.today(journey.clinic.zone),
        )
        save_supporter(row, actor=journey.own)
    _tick(journey, "supporter", "coordinator")


def give_privacy(journey: Journey) -> None:
    _consent(journey, "sharing", "privacy-and-sharing")


def give_consents(journey: Journey) -> None:
    is_home = journey.story.place == "home"
    _consent(journey, "care", "treatment-sublingual-home" if is_home else "treatment-racemic-iv")
    if is_home:
        _consent(journey, "telehealth", "telehealth")


def _consent(journey: Journey, scope: str, document: str) -> None:
    version, text = knowledge.text_of("consent", document)
    record_consent(
        patient=journey.person,
        scope=scope,
        document_pin=f"{document}@{version}",
        document_text=text,
        decision="given",
        statements=[row["key"] for row in tomllib.loads(text)["statements"] if row["required"]],
        actor=journey.own,
        authentication=proof(),
    )


def list_medicines(journey: Journey) -> None:
    for name in journey.rng.sample(MEDICINES[:-1], journey.rng.randrange(3)):
        screening.record_medication(patient=journey.person, name=name, actor=journey.actor("monitor"))
    if journey.rng.random() < 0.2:
        screening.record_allergy(
            patient=journey.person, substance="penicillin", reaction="rash", actor=journey.actor("monitor")
        )
    _tick(journey, "medicines", "monitor", "Gone through on the phone")


def measure(journey: Journey) -> None:
    """Blood pressure after rest, weight and height."""
    record_vital(
        patient=journey.person,
        context="intake",
        occurred_at=clock.now(),
        actor=journey.actor("monitor"),
        is_after_rest=True,
        systolic_mmhg=journey.systolic,
        diastolic_mmhg=journey.diastolic,
        heart_rate_bpm=journey.rng.randrange(58, 88),
        spo2_percent=journey.rng.randrange(96, 100),
        weight_kg=f"{journey.weight_kg:.1f}",
        height_cm=str(journey.rng.randrange(152, 192)),
    )


def ask_pregnancy(journey: Journey) -> None:
    actor = journey.actor("prescriber")
    reason = "" if journey.can_be_pregnant else "Asked: not able to be pregnant"
    screening.set_pregnancy_capacity(
        journey.person, can_be_pregnant=journey.can_be_pregnant, reason=reason, actor=actor
    )
    if journey.can_be_pregnant:
        today = clock.today(journey.clinic.zone)
        screening.record_lab(
            patient=journey.person, code="pregnancy_test", value_text="negative", taken_on=today, actor=actor
        )
        _tick(journey, "pregnancy", "prescriber")


def take_history(journey: Journey) -> None:
    """The prescriber goes through the history and judges every antidepressant."""
    actor = journey.actor("prescriber")
    is_left_open = journey.story.group == "deciding" and journey.rng.random() < 0.5
    for number, question in enumerate(condition_questions()):
        if is_left_open and number % 9 == 4:
            continue
        is_present = question.code in PRESENT
        if journey.story.is_("declined-heart") and question.code == "stroke_or_heart_disease":
            is_present = True
        if journey.story.is_("declined-sitter") and question.code == "has_adult_sitter":
            is_present = False
        screening.record_condition(
            patient=journey.person, code=question.code, state="present" if is_present else "absent", actor=actor
        )
    for trial in MedicationTrial.objects.filter(patient=journey.person).order_by("id"):
        screening.record_trial(
            patient=journey.person,
            drug=trial.drug,
            dose_text="at the usual full dose",
            duration_weeks=journey.rng.randrange(6, 20),
            outcome=trial.outcome,
            is_current_episode=True,
            is_adequate=True,
            trial=trial,
            actor=actor,
        )


def finish_steps(journey: Journey) -> None:
    _tick(journey, "labs", "prescriber", "Not older than three months, nothing of note")
    _tick(journey, "interview", "prescriber", "Met by video, 50 minutes")


def assess(journey: Journey) -> None:
    screening.assess(journey.person, actor=journey.actor("prescriber"))


def decide(journey: Journey) -> None:
    """The signed decision on the newest assessment; a declined one ends the episode."""
    actor = journey.actor("prescriber")
    mark = next((m for m in DECLINED if journey.story.is_(m)), "")
    reason, words = DECLINED.get(
        mark,
        (
            "Two adequate trials without full benefit; no contraindication found; wants to go ahead.",
            "We think this can be right for you. We will plan it with you.",
        ),
    )
    screening.decide(
        screening.assess(journey.person, actor=actor),
        decision="declined" if mark else "proceed",
        reason=reason,
        patient_text=words,
        routes=[] if mark else ["iv" if journey.story.site == HARBOUR else "sl"],
        actor=actor,
        authentication=proof(),
    )
    if mark:
        journey.later(60, lambda: end_declined(journey, reason))


def end_declined(journey: Journey, reason: str) -> None:
    end_episode(journey.episode, ending="declined", note=reason, actor=journey.actor("prescriber"))


def leave_early(journey: Journey) -> None:
    end_episode(
        journey.episode,
        ending="left",
        note="Called to say that life is too busy now. Welcome to come back.",
        actor=journey.actor("prescriber"),
    )
    journey.diary.close()


def wait(clinic: Clinic, journey: Journey, name: str, days_ago: float) -> None:
    """Somebody who asked to be contacted and waits for an answer."""
    moment = clinic.now - timedelta(days=days_ago)
    with clock.at(moment):
        refer(journey, name)
