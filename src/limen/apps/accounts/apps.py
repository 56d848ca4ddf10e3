from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "limen.apps.accounts"
    label = "accounts"
    verbose_name = "Accounts"
