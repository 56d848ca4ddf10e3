from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "limen.apps.scheduling"
    label = "scheduling"
    verbose_name = "Scheduling"
