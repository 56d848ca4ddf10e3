"""Addresses of the programme pages."""

from django.urls import path

from limen.apps.insights import views

app_name = "insights"
urlpatterns = [path("programme/", views.programme, name="programme")]
