from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "limen.apps.screening"
    label = "screening"
    verbose_name = "Screening"
