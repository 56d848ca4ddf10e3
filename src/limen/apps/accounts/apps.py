from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "limen.apps.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self):
        from limen.apps.accounts import sessions  # noqa: F401  (connects the signals)
