"""Addresses of the library pages."""

from django.urls import path  # noqa: F401

app_name = "library"
urlpatterns: list = []
