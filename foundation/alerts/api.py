"""The door to alerts."""

from .enums import Severity
from .services import close_alert, open_alert

__all__ = ["Severity", "close_alert", "open_alert"]
