from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "limen.apps.signals"
    label = "signals"
    verbose_name = "Signals"
