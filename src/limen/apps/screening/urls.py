"""Addresses of the screening pages."""

from django.urls import path  # noqa: F401

app_name = "screening"
urlpatterns: list = []
