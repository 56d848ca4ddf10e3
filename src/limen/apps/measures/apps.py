from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "limen.apps.measures"
    label = "measures"
    verbose_name = "Measures"
