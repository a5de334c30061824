"""What this app hears of others and of itself; each room has its own."""

from .payments import handlers as _payments
from .sales import handlers as _sales

__all__ = ["_payments", "_sales"]
