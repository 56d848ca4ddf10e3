"""Addresses of the start pages."""

from django.urls import path

from limen.apps.workspace import views

app_name = "workspace"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("home/", views.home, name="home"),
    path("patients/<uuid:patient_uid>/", views.chart, name="chart"),
    path("my/", views.today, name="today"),
    path("my/more/", views.more, name="more"),
    path("my/help/", views.help_page, name="help"),
]
