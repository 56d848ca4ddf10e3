from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "limen.apps.patients"
    label = "patients"
    verbose_name = "Patients"

    def ready(self):
        from limen.apps.accounts import patient_lookup
        from limen.apps.patients import band, selectors, services

        patient_lookup.register(
            by_uid=selectors.patient_at_any_site,
            of_user=selectors.patient_of_user,
            band_of=band.band_of,
            link=services.link_user,
        )
