from django.apps import AppConfig


class BackroomConfig(AppConfig):
    name = "config"
    verbose_name = "Backroom"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 -- registers the system checks
