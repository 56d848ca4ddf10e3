from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "limen.apps.insights"
    label = "insights"
    verbose_name = "Insights"
