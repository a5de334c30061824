from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "foundation.shops"
    label = "shops"
    verbose_name = "Shops and people"
