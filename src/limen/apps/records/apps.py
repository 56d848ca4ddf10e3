from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "limen.apps.records"
    label = "records"
    verbose_name = "Records"

    def ready(self):
        from limen.apps.records import triggers

        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="limen.append_only_triggers")
