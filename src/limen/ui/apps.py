"""The look of Limen as a Django app: templates, components, static files; no tables."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers templates, static files and the ``limen`` template tags."""

    name = "limen.ui"
    label = "ui"
