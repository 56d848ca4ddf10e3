"""Reads about treatment: orders, sessions, the gate, the live board."""

from limen.apps.treatment.selectors.gates import discharge_gate, gate
from limen.apps.treatment.selectors.live import BoardTile, board, board_tag, expected_today
from limen.apps.treatment.selectors.orders import OrderState, order_in_force, orders_of, state_of_order
from limen.apps.treatment.selectors.sessions import (
    adverse_events,
    events_of,
    live_session,
    session_counts,
    sessions_of,
    state_of,
)

__all__ = [
    "BoardTile",
    "OrderState",
    "adverse_events",
    "board",
    "board_tag",
    "discharge_gate",
    "events_of",
    "expected_today",
    "gate",
    "live_session",
    "order_in_force",
    "orders_of",
    "session_counts",
    "sessions_of",
    "state_of",
    "state_of_order",
]
