from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "limen.apps.signals"
    label = "signals"
    verbose_name = "Signals"

    def ready(self):
        from limen.apps.patients import band
        from limen.apps.signals import selectors

        band.register_alerts(selectors.band_alerts)
