"""The door to mails."""

from .contracts import InvalidMail
from .enums import SETTINGS_REFUSED, SETTINGS_WORK, MailState
from .queries import WrittenMail, written_as, written_since
from .services import send_mail

__all__ = [
    "SETTINGS_REFUSED",
    "SETTINGS_WORK",
    "InvalidMail",
    "MailState",
    "WrittenMail",
    "send_mail",
    "written_as",
    "written_since",
]
