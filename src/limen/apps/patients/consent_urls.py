"""Addresses of the consent pages."""

urlpatterns: list = []
