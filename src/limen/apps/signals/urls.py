"""Addresses of the signals pages."""

from django.urls import path  # noqa: F401

app_name = "signals"
urlpatterns: list = []
