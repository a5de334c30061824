from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "foundation.alerts"
    label = "alerts"
    verbose_name = "Alerts"
