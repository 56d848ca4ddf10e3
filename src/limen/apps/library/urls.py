"""Addresses of the public pages."""

from django.urls import path

from limen.apps.library import views

app_name = "library"
urlpatterns = [
    path("", views.home, name="home"),
    path("how-it-works/", views.how_it_works, name="how-it-works"),
    path("treatment-options/", views.treatment_options, name="treatment-options"),
    path("what-to-expect/", views.what_to_expect, name="what-to-expect"),
    path("questions/", views.questions, name="questions"),
    path("evidence/", views.evidence, name="evidence"),
    path("help-now/", views.crisis_help, name="crisis-help"),
    path("definitions/", views.definitions, name="definitions"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
