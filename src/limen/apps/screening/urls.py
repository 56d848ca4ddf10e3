"""Addresses of the screening pages."""

from django.urls import path

from limen.apps.screening import (
    assessment_views,
    eligibility_views,
    intake_views,
    my_views,
    onboarding_views,
    referral_views,
)

app_name = "screening"
PATIENT = "patients/<uuid:patient_uid>/"
urlpatterns = [
    path("assessment/", assessment_views.begin, name="assessment"),
    path("assessment/young-people/", assessment_views.young_people, name="assessment-young-people"),
    path("assessment/not-served/", assessment_views.not_served, name="assessment-not-served"),
    path("assessment/check/", assessment_views.check, name="assessment-check"),
    path("assessment/result/", assessment_views.result, name="assessment-result"),
    path("assessment/ask/", assessment_views.ask, name="assessment-ask"),
    path("assessment/sent/", assessment_views.sent, name="assessment-sent"),
    path("assessment/delete/", assessment_views.delete, name="assessment-delete"),
    path("assessment/deleted/", assessment_views.deleted, name="assessment-deleted"),
    path(
        "assessment/medicines/<int:index>/remove/",
        assessment_views.remove_medicine,
        name="assessment-remove-medicine",
    ),
    path("assessment/q/<slug:step>/", assessment_views.step, name="assessment-step"),
    path("referrals/", referral_views.referrals, name="referrals"),
    path("referrals/<uuid:referral_uid>/", referral_views.referral, name="referral"),
    path("referrals/<uuid:referral_uid>/accept/", referral_views.accept, name="accept-referral"),
    path("referrals/<uuid:referral_uid>/close/", referral_views.close, name="close-referral"),
    path(f"{PATIENT}onboarding/", onboarding_views.onboarding, name="onboarding"),
    path(f"{PATIENT}onboarding/start/", onboarding_views.start, name="start-onboarding"),
    path(f"{PATIENT}onboarding/<uuid:item_uid>/", onboarding_views.step, name="step"),
    path(f"{PATIENT}intake/", intake_views.intake, name="intake"),
    path(f"{PATIENT}intake/add/<slug:kind>/", intake_views.add, name="add"),
    path(f"{PATIENT}intake/end/<slug:kind>/<uuid:row_uid>/", intake_views.end, name="end-line"),
    path(f"{PATIENT}intake/trial/", intake_views.trial, name="add-trial"),
    path(f"{PATIENT}intake/trial/<uuid:trial_uid>/", intake_views.trial, name="trial"),
    path(f"{PATIENT}intake/trial/<uuid:trial_uid>/error/", intake_views.void_trial, name="void-trial"),
    path(f"{PATIENT}intake/conditions/", intake_views.conditions, name="conditions"),
    path(f"{PATIENT}intake/pregnancy/", intake_views.pregnancy, name="pregnancy"),
    path(f"{PATIENT}intake/clinician/", intake_views.outside_clinician, name="add-clinician"),
    path(f"{PATIENT}intake/letter/", intake_views.letter, name="letter"),
    path(f"{PATIENT}eligibility/", eligibility_views.eligibility, name="eligibility"),
    path(f"{PATIENT}eligibility/assess/", eligibility_views.assess, name="assess"),
    path(f"{PATIENT}eligibility/<uuid:assessment_uid>/decide/", eligibility_views.decide, name="decide"),
    path("my/onboarding/", my_views.my_onboarding, name="my-onboarding"),
    path("my/onboarding/supporter/", my_views.my_supporter, name="my-supporter"),
    path("my/onboarding/address/", my_views.my_address, name="my-address"),
    path("my/onboarding/medicines/", my_views.my_medicines, name="my-medicines"),
]
