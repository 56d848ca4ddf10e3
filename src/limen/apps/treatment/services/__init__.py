"""Writes about treatment: orders, sessions, doses, the gate, endings. Each is one act."""

from limen.apps.treatment.services.doses import give_dose, record_adverse_event
from limen.apps.treatment.services.endings import (
    answer_discharge,
    close_impaired_windows,
    discharge,
    end_otherwise,
    sign_recovered,
)
from limen.apps.treatment.services.events import DifferentEntry, SessionRefused, record_event
from limen.apps.treatment.services.gates import GateNotClear, answer_gate_line, override_gate_line, start_dosing
from limen.apps.treatment.services.orders import OrderRefused, cancel_order, second_check, sign_order
from limen.apps.treatment.services.sessions import (
    ask_for_help,
    ask_for_help_outside,
    open_session,
    record_rating,
    record_session_vital,
)

__all__ = [
    "DifferentEntry",
    "GateNotClear",
    "OrderRefused",
    "SessionRefused",
    "answer_discharge",
    "answer_gate_line",
    "ask_for_help",
    "ask_for_help_outside",
    "cancel_order",
    "close_impaired_windows",
    "discharge",
    "end_otherwise",
    "give_dose",
    "open_session",
    "override_gate_line",
    "record_adverse_event",
    "record_event",
    "record_rating",
    "record_session_vital",
    "second_check",
    "sign_order",
    "sign_recovered",
    "start_dosing",
]
