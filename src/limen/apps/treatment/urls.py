"""Addresses of the treatment pages."""

from django.urls import include, path

from limen.apps.treatment.views import adverse, board, gates, my, orders, sessions

app_name = "treatment"

session_pages = [
    path("", sessions.session, name="session"),
    path("vital/", sessions.vital, name="vital"),
    path("rating/", sessions.rating, name="rating"),
    path("event/", sessions.event, name="event"),
    path("dose/", sessions.dose, name="dose"),
    path("adverse/", adverse.in_session, name="session-adverse"),
    path("recovered/", sessions.recovered, name="recovered"),
    path("gate/", gates.gate, name="gate"),
    path("gate/questions/", gates.questions, name="questions"),
    path("gate/override/", gates.override, name="override"),
    path("gate/start/", gates.start, name="start"),
    path("discharge/", gates.discharge, name="discharge"),
    path("discharge/leave/", gates.leave, name="leave"),
    path("end/", gates.end, name="end"),
]
patient_pages = [
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", orders.sign_order, name="sign-order"),
    path("orders/<uuid:order_uid>/", orders.order, name="order"),
    path("orders/<uuid:order_uid>/second-check/", orders.second_check, name="second-check"),
    path("orders/<uuid:order_uid>/cancel/", orders.cancel, name="cancel-order"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/open/", sessions.open_session, name="open-session"),
    path("sessions/<uuid:session_uid>/", include(session_pages)),
    path("adverse-events/", adverse.adverse_events, name="adverse-events"),
    path("adverse-events/new/", adverse.new, name="new-adverse"),
]
urlpatterns = [
    path("patients/<uuid:patient_uid>/", include(patient_pages)),
    path("board/", board.board, name="board"),
    path("board/fragment/", board.fragment, name="board-fragment"),
    path("my/session/", my.session, name="my-session"),
    path("my/session/help/", my.call_for_help, name="my-session-help"),
]
