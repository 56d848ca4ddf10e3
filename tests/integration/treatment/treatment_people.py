"""A clinic whose settings are signed, a person who may be dosed there, and the steps that lead to a dose."""

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from factories import SYSTEM, actor_of, authentication, make_patient, make_staff, set_settings
from limen.apps.measures.services import record_response, record_vital
from limen.apps.patients.services import record_consent
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.screening import services as screening
from limen.apps.treatment import services
from limen.apps.treatment.selectors import gate

T0 = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)  # 10:00 in New York, a Thursday
SETTINGS = {
    "gate__systolic_max_mmhg": 150,
    "gate__diastolic_max_mmhg": 95,
    "gate__spo2_min_percent": 94,
    "gate__pregnancy_max_age_hours": 168,
    "dose__iv__cap_mg": Decimal("60"),
    "dose__iv__soft_mg": Decimal("50"),
    "session__vitals_interval_min__iv": 10,
    "session__recovery_vitals_interval_min__iv": 15,
    "session__sedation_interval_min__iv": 15,
    "discharge__min_minutes__iv": 60,
}
# What a person answers at the gate; everything else is read from the record.
GATE_ANSWERS = {
    "identity": "yes",
    "consent": "yes",
    "capacity": "yes",
    "intoxication": "no",
    "mania_psychosis": "no",
    "medication_since_last": "no_change",
    "new_medical_event": "no",
    "fasting": "yes",
    "ride_home": "yes",
}
LEAVING_ANSWERS = {
    "sedation_resolved": "yes",
    "dissociation_resolved": "yes",
    "breathing_normal": "yes",
    "vitals_acceptable": "yes",
    "walks_steadily": "yes",
    "suicide_question": "no",
    "escort_seen": "yes",
    "first_evening": "yes",
    "driving_advice": "yes",
    "printed_advice": "yes",
    "how_feeling": "yes",
}
NO_TO_ALL = {"q1": 0, "q2": 0, "q6": 0}


class People:
    """The clinic: a prescriber, a second prescriber, a monitor, a therapist and one patient ready to be dosed."""

    def __init__(self, site):
        self.site = site
        set_settings(site, **SETTINGS)
        with act("test.open", actor=SYSTEM):
            site.is_live = True
            site.save()
        self.prescriber_user = make_staff(site, "prescriber", name="Pat Prescriber")
        self.second_user = make_staff(site, "prescriber", name="Sam Second")
        self.monitor_user = make_staff(site, "monitor", name="Mo Monitor")
        self.therapist_user = make_staff(site, "therapist", name="Terry Therapist")
        self.prescriber, self.second = actor_of(self.prescriber_user), actor_of(self.second_user)
        self.monitor, self.therapist = actor_of(self.monitor_user), actor_of(self.therapist_user)
        self.patient = self.new_patient()

    def new_patient(self, name="Alex", *, with_login=False):
        patient = make_patient(self.site, name, with_login=with_login)
        patient.can_be_pregnant = False
        from limen.apps.patients.services import update_patient

        update_patient(patient, actor=self.prescriber)
        record_vital(
            patient=patient,
            context="intake",
            occurred_at=clock.now() - timedelta(days=2),
            actor=self.monitor,
            systolic_mmhg=120,
            diastolic_mmhg=78,
            weight_kg=Decimal("70.0"),
        )
        return patient

    def decide(self, patient=None, routes=("iv", "sl")):
        patient = patient or self.patient
        assessment = screening.assess(patient, actor=self.prescriber)
        return screening.decide(
            assessment,
            decision="proceed",
            reason="Two adequate trials without benefit.",
            patient_text="",
            routes=list(routes),
            actor=self.prescriber,
            authentication=authentication(),
        )

    def consent(self, patient=None, scope="care"):
        return record_consent(
            patient=patient or self.patient,
            scope=scope,
            document_pin="treatment-racemic-iv@1",
            document_text="the document",
            decision="given",
            actor=self.prescriber,
            authentication=authentication(),
        )

    def order(self, patient=None, *, dose_mg="35", actor=None, **more):
        today = clock.today("America/New_York")
        values = {
            "drug": "ketamine",
            "route": "iv",
            "place": "clinic",
            "valid_from": today,
            "valid_until": today + timedelta(days=21),
            "indication": "Treatment-resistant depression",
            "max_doses": 6,
            "duration_min": 40,
        } | more
        return services.sign_order(
            patient=patient or self.patient,
            dose_mg=Decimal(dose_mg),
            actor=actor or self.prescriber,
            authentication=authentication(),
            **values,
        )

    def ordered(self, patient=None, **more):
        self.decide(patient)
        self.consent(patient)
        return self.order(patient, **more)

    def open(self, patient=None, **more):
        return services.open_session(
            patient=patient or self.patient, visit=None, actor=self.monitor, route=more.pop("route", "iv"), **more
        )

    def pass_gate(self, session, *, without=(), **changed):
        """Everything the gate asks for, left out or changed as a test needs it."""
        patient = session.patient
        if "vitals" not in without:
            services.record_session_vital(
                session,
                actor=self.monitor,
                client_uid=uuid.uuid4(),
                systolic_mmhg=changed.get("systolic_mmhg", 124),
                diastolic_mmhg=80,
                heart_rate_bpm=72,
                spo2_percent=changed.get("spo2_percent", 98),
            )
        if "suicide" not in without:
            record_response(
                patient=patient,
                instrument_id="c-ssrs-since-last-contact",
                answers=changed.get("suicide", NO_TO_ALL),
                completed_at=clock.now(),
                actor=self.monitor,
                entry_mode="clinician",
            )
        answers = {k: changed.get(k, v) for k, v in GATE_ANSWERS.items() if k not in without}
        services.answer_gate_line(session, answers=answers, actor=self.monitor, client_uid=uuid.uuid4())
        return gate(session)

    def dosing(self, patient=None):
        """A session whose dose has started."""
        session = self.open(patient)
        self.pass_gate(session)
        services.start_dosing(session, actor=self.monitor, client_uid=uuid.uuid4())
        return session

    def dose(self, session, dose_mg="35", **more):
        values = {"drug": "ketamine", "route": "iv", "client_uid": uuid.uuid4()} | more
        return services.give_dose(session, dose_mg=Decimal(dose_mg), actor=self.monitor, **values)


@contextmanager
def after(minutes: float, start: datetime = T0):
    with clock.at(start + timedelta(minutes=minutes)):
        yield
