from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "foundation.inbox"
    label = "inbox"
    verbose_name = "Inbox of webhooks"
