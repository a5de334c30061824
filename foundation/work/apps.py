from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkConfig(AppConfig):
    name = "foundation.work"
    label = "work"
    verbose_name = "Work"

    def ready(self) -> None:
        # Tasks and handlers register themselves by being imported, in every process alike.
        autodiscover_modules("tasks", "handlers")
