"""Addresses of the treatment pages."""

from django.urls import path  # noqa: F401

app_name = "treatment"
urlpatterns: list = []
