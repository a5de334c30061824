"""Reads of orders, renders and designs for staff."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from orders.models import Order


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; empty: everything."""

    status: str = ""
    payment_status: str = ""
    text: str = ""


def orders_matching(shop_id: UUID, wanted: OrderFilter) -> QuerySet[Order]:
    """Return a shop's orders; ``text`` is a number, or part of a name or an e-mail address."""
    rows: QuerySet[Order] = Order.objects.for_shop(shop_id)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.payment_status:
        rows = rows.filter(payment_status=wanted.payment_status)
    text = wanted.text.strip().removeprefix("#")
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 -- digits of an int
        return rows.filter(number=int(text))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return rows
