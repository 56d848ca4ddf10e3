from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "limen.apps.plans"
    label = "plans"
    verbose_name = "Plans"
