"""One session from order to discharge, through the services the pages use."""

import uuid

import pytest

from factories import authentication
from integration.treatment.treatment_people import LEAVING_ANSWERS, after
from limen.apps.records.selectors import signatures_of, timeline
from limen.apps.signals.selectors import open_for
from limen.apps.treatment import selectors, services


def test_a_session_goes_from_order_to_discharge(people):
    people.ordered()
    session = people.open()
    assert people.pass_gate(session).overall == "clear"
    with after(5):
        services.start_dosing(session, actor=people.monitor, client_uid=uuid.uuid4())
    assert session.phase == "dosing"
    assert session.order == selectors.orders_of(people.patient)[0]
    people.patient.refresh_from_db()
    assert people.patient.impaired_since is not None
    with after(45):
        given = people.dose(session)
    assert (given.is_out_of_protocol, session.phase) == (False, "recovering")
    with after(110):
        recovered = services.sign_recovered(
            session, actor=people.monitor, client_uid=uuid.uuid4(), authentication=authentication()
        )
        assert signatures_of(recovered.uid)
        services.answer_discharge(session, answers=LEAVING_ANSWERS, actor=people.monitor, client_uid=uuid.uuid4())
    people.patient.refresh_from_db()
    assert people.patient.impaired_since is None
    with after(112):
        services.discharge(session, actor=people.monitor, client_uid=uuid.uuid4(), escort="Jo Rivera")
    assert (session.phase, session.ending) == ("ended", "discharged")
    assert open_for(people.patient) == []
    kinds = [entry.kind for entry in timeline(people.patient)]
    assert {"order_signed", "session_opened", "dose_started", "dose_given", "recovered", "discharged"} <= set(kinds)
    assert kinds.count("dose_given") == 1


def test_nobody_is_discharged_before_every_criterion_is_met(people):
    people.ordered()
    session = people.dosing()
    with after(40):
        people.dose(session)
    with after(50):
        services.sign_recovered(session, actor=people.monitor, client_uid=uuid.uuid4(), authentication=authentication())
        services.answer_discharge(session, answers=LEAVING_ANSWERS, actor=people.monitor, client_uid=uuid.uuid4())
        with pytest.raises(services.SessionRefused, match="50 of 60 minutes"):
            services.discharge(session, actor=people.monitor, client_uid=uuid.uuid4())
    assert session.phase == "recovering"
