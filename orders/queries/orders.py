"""The list of orders: filters, counts for its tabs, what a line of it shows."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from orders.models import Order, OrderLine, PrintProduct

from .attention import Attention, needing_attention

_DIGITS = 9
"""Any number of so many digits is an integer."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; empty: everything.

    ``since`` counts, ``until`` does not any more; both are about when the order was made.
    """

    status: str = ""
    payment_status: str = ""
    text: str = ""
    attention: str = ""
    product_id: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def orders_matching(shop_id: UUID, wanted: OrderFilter) -> QuerySet[Order]:
    """Return a shop's orders; ``text`` is a number, or part of a name or an e-mail address."""
    rows: QuerySet[Order] = Order.objects.for_shop(shop_id)
    exact = {
        "status": wanted.status,
        "payment_status": wanted.payment_status,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.product_id:
        of_product = OrderLine.objects.filter(
            order=OuterRef("pk"), size__product_id=wanted.product_id
        )
        rows = rows.filter(Exists(of_product))
    if wanted.attention:
        chosen = "" if wanted.attention == Attention.ANY else wanted.attention
        rows = rows.filter(pk__in=needing_attention(shop_id, chosen))
    text = wanted.text.strip().removeprefix("#")
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return rows.filter(number=int(text))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return rows


def counted(shop_id: UUID, wanted: OrderFilter) -> Mapping[str, int]:
    """Count what matches by status, whatever status and attention are chosen. One query."""
    rows = orders_matching(shop_id, replace(wanted, status="", attention="")).order_by()
    return dict(rows.values("status").annotate(count=Count("pk")).values_list("status", "count"))


def attention_count(shop_id: UUID, wanted: OrderFilter) -> int:
    """Count what matches and waits for a person, whatever status is chosen. One query."""
    asked = replace(wanted, status="", attention=Attention.ANY)
    return orders_matching(shop_id, asked).count()


def with_lines(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Have the lines along, for what a list says of them. One query more."""
    lines = OrderLine.objects.order_by("position").only("order_id", "title", "quantity")
    return rows.prefetch_related(Prefetch("lines", lines))


def products_of(shop_id: UUID) -> Collection[tuple[UUID, str]]:
    """Return the shop's products to choose from, sold ones and others. One query."""
    rows = PrintProduct.objects.for_shop(shop_id).order_by("position", "name")
    return list(rows.values_list("pk", "name"))
