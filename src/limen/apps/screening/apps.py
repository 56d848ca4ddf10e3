from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "limen.apps.screening"
    label = "screening"
    verbose_name = "Screening"

    def ready(self):
        from limen.apps.patients import band, consent_hooks
        from limen.apps.screening import selectors, services

        band.register_allergies(selectors.allergy_names)
        consent_hooks.on_withdrawn(services.consent_withdrawn)
