"""The door to alerts."""

from .enums import Severity
from .queries import alert_count, closed_alerts, open_alerts
from .services import close_alert, close_by_person, open_alert, take

__all__ = [
    "Severity",
    "alert_count",
    "close_alert",
    "close_by_person",
    "closed_alerts",
    "open_alert",
    "open_alerts",
    "take",
]
