from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "foundation.live"
    label = "live"
