from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "limen.apps.plans"
    label = "plans"
    verbose_name = "Plans"

    def ready(self):
        from limen.apps.plans.ownership import owner_of_appointment
        from limen.apps.scheduling import owners

        owners.register(owner_of_appointment)
