from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "foundation.mail"
    label = "mail"
    verbose_name = "Mail"
