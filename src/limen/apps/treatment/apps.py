from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "limen.apps.treatment"
    label = "treatment"
    verbose_name = "Treatment"
