"""Addresses of the insights pages."""

from django.urls import path  # noqa: F401

app_name = "insights"
urlpatterns: list = []
