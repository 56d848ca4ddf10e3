"""Two people at once: what one is about to take away, the other cannot use in the same moment."""

import threading
import uuid

import pytest
from django.db import connection, transaction
from django_scopes import scope

from integration.treatment.treatment_people import People
from limen.apps.patients.services import record_consent
from limen.apps.records import clock
from limen.apps.treatment import services
from limen.apps.treatment.models import SessionEvent
from limen.apps.treatment.selectors import gate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic(transactional_db):
    from factories import make_site

    with clock.at(clock.now().replace(hour=16, minute=0, second=0, microsecond=0)):
        site = make_site()
        with scope(site=site.pk):
            yield People(site)


def start_while(clinic, session, takes_away):
    """Start the dose from a second connection while the first one has written, and not yet committed."""
    moment, refused, is_waiting = clock.now(), [], threading.Event()

    def start():
        try:
            with clock.at(moment), scope(site=clinic.site.pk):
                is_waiting.set()
                services.start_dosing(session, actor=clinic.monitor, client_uid=uuid.uuid4())
        except services.GateNotClear as error:
            refused.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=start)
    with transaction.atomic():
        takes_away()
        other.start()
        is_waiting.wait(5)
        other.join(1.5)
    other.join(30)
    assert not other.is_alive()
    return refused


def ready(clinic):
    order = clinic.ordered()
    session = clinic.open()
    assert clinic.pass_gate(session).overall == "clear"
    return order, session


def test_a_dose_does_not_start_on_an_order_that_is_being_cancelled(clinic):
    """F18."""
    order, session = ready(clinic)
    refused = start_while(
        clinic, session, lambda: services.cancel_order(order, reason="Changed", actor=clinic.prescriber)
    )
    assert len(refused) == 1
    assert not SessionEvent.objects.filter(session=session, kind="dose_started").exists()


def test_a_dose_does_not_start_on_a_consent_that_is_being_taken_back(clinic):
    """SR-50."""
    _, session = ready(clinic)

    def withdraw():
        record_consent(
            patient=clinic.patient,
            scope="care",
            document_pin="treatment-racemic-iv@1",
            document_text="the document",
            decision="withdrawn",
            actor=clinic.prescriber,
        )

    assert len(start_while(clinic, session, withdraw)) == 1
    assert gate(session).overall == "blocked"
