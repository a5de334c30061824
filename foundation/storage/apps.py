from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "foundation.storage"
    label = "storage"
    verbose_name = "Storage"
