from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "foundation.inbox"
    label = "inbox"
