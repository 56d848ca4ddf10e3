"""Addresses of the workspace pages."""

from django.urls import path  # noqa: F401

app_name = "workspace"
urlpatterns: list = []
