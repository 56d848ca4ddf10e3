"""Addresses of the therapy pages."""

from django.urls import path  # noqa: F401

app_name = "therapy"
urlpatterns: list = []
