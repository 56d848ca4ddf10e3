from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "limen.apps.library"
    label = "library"
    verbose_name = "Library"
