from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "limen.apps.workspace"
    label = "workspace"
    verbose_name = "Workspace"
