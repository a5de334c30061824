from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ExportsConfig(AppConfig):
    name = "foundation.exports"
    label = "exports"
    verbose_name = "Exports"

    def ready(self) -> None:
        from . import links  # noqa: F401, PLC0415 -- who is asked when a file is fetched

        # Exporters register themselves by being imported, in every process alike.
        autodiscover_modules("exporters")
