"""Addresses of the accounts pages."""

from django.urls import path

from limen.apps.accounts.views import audit, invitation, own, settings, staff

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
    path("account/second-factor/", own.second_factor, name="second-factor"),
    path("account/profile/", own.profile, name="profile"),
    path("account/sessions/<uuid:session_uid>/end/", own.end_session, name="end-session"),
    path("account/site/", own.switch_site, name="switch-site"),
    path("site/staff/", staff.people, name="staff"),
    path("site/staff/invite/", staff.invite, name="staff-invite"),
    path("site/staff/links/<uuid:invitation_uid>/withdraw/", staff.withdraw, name="staff-withdraw"),
    path("site/staff/<uuid:user_uid>/", staff.person, name="staff-person"),
    path("site/staff/<uuid:user_uid>/roles/", staff.give_role, name="staff-give-role"),
    path("site/staff/<uuid:user_uid>/roles/<uuid:membership_uid>/end/", staff.end_role, name="staff-end-role"),
    path("site/staff/<uuid:user_uid>/active/", staff.set_active, name="staff-active"),
    path("site/staff/<uuid:user_uid>/sessions/end/", staff.end_sessions, name="staff-end-sessions"),
    path("site/staff/<uuid:user_uid>/recovery/", staff.recovery, name="staff-recovery"),
    path("site/staff/<uuid:user_uid>/credentials/new/", staff.new_credential, name="staff-new-credential"),
    path(
        "site/staff/<uuid:user_uid>/credentials/<uuid:credential_uid>/",
        staff.change_credential,
        name="staff-credential",
    ),
    path("site/settings/", settings.catalogue, name="settings"),
    path("site/settings/go-live/", settings.go_live, name="go-live"),
    path("site/settings/<str:key>/", settings.setting, name="setting"),
    path("site/audit/", audit.events, name="audit"),
]
