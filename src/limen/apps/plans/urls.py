"""Addresses of the plans pages."""

from django.urls import path

from limen.apps.plans import views

app_name = "plans"
urlpatterns = [
    path("patients/<uuid:patient_uid>/plan/", views.plan, name="plan"),
    path("patients/<uuid:patient_uid>/plan/start/", views.start, name="start"),
    path("patients/<uuid:patient_uid>/plan/state/", views.change_state, name="change-state"),
    path("patients/<uuid:patient_uid>/plan/goal/", views.add_goal, name="add-goal"),
    path("patients/<uuid:patient_uid>/plan/visits/<uuid:visit_uid>/move/", views.move_visit, name="move-visit"),
    path("patients/<uuid:patient_uid>/plan/visits/<uuid:visit_uid>/close/", views.close_visit, name="close-visit"),
    path("patients/<uuid:patient_uid>/review/", views.review, name="review"),
    path("patients/<uuid:patient_uid>/review/sign/", views.sign_review, name="sign-review"),
    path("reviews/", views.review_queue, name="review-queue"),
    path("my/plan/", views.my_plan, name="my-plan"),
    path("my/plan/goals/new/", views.my_goal, name="my-goal"),
    path("my/plan/goals/<uuid:goal_uid>/", views.my_goal, name="my-goal-edit"),
    path("my/plan/goals/<uuid:goal_uid>/end/", views.end_my_goal, name="my-goal-end"),
]
