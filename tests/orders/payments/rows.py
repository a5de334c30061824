"""What tests look at: an order's money, its refunds, the open alerts."""

from decimal import Decimal

from foundation.alerts.models import Alert
from orders.models import Order, Refund

PAID = ("paid", "succeeded", Decimal("113.00"), Decimal("0.00"))
UNPAID = ("pending_payment", "unpaid", Decimal("0.00"), Decimal("0.00"))


def standing(order: Order) -> tuple[str, str, Decimal, Decimal]:
    """Return an order's two states, what was paid, and what went back."""
    order.refresh_from_db()
    return order.status, order.payment_status, order.paid_total, order.refunded_total


def refunds() -> list[tuple[str, str, Decimal]]:
    """Return all refunds, the oldest first."""
    return list(Refund.objects.order_by("created_at").values_list("cause", "state", "amount"))


def alerts() -> list[tuple[str, str]]:
    """Return the open alerts, the oldest first."""
    rows = Alert.objects.filter(closed_at=None).order_by("pk")
    return list(rows.values_list("severity", "title"))
