"""The door to mails."""

from .contracts import InvalidMail
from .enums import SETTINGS_REFUSED, SETTINGS_WORK
from .queries import written_since
from .services import send_mail

__all__ = ["SETTINGS_REFUSED", "SETTINGS_WORK", "InvalidMail", "send_mail", "written_since"]
