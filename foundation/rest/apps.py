from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "foundation.rest"
    label = "rest"
    verbose_name = "JSON API"

    def ready(self) -> None:
        from . import schema  # noqa: F401, PLC0415 -- tells drf-spectacular of our log-in kinds
