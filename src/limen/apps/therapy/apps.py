from django.apps import AppConfig


class TherapyConfig(AppConfig):
    name = "limen.apps.therapy"
    label = "therapy"
    verbose_name = "Therapy"
