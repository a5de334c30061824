"""The card of prints on the index."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.urls import reverse

from foundation.cards import Card, Line, Running, Tone
from foundation.zones import local_in, moment_in

from .enums import OrderStatus, RefundState
from .models import Order, PaymentAttempt, Refund, RenderJob
from .packing.batches import latest_batches
from .payments.telling import money
from .queries.attention import Attention, attention_of, needing_attention

SHOWN = 4
S = OrderStatus
_OPEN = (S.PAID, S.IN_PRODUCTION, S.READY_TO_SHIP)
_WAITS = {
    Attention.NOT_RENDERED: ("Paid, not in production", Tone.BAD),
    Attention.DISPUTED: ("Payment disputed", Tone.BAD),
    Attention.MISMATCHED: ("Paid with another amount", Tone.BAD),
    Attention.REFUND_FAILED: ("A refund failed", Tone.BAD),
}


def overview(shop_id: UUID, now: dt.datetime) -> Card:
    """Say what is to be printed and sent, what waits for a person, what today brought.

    Nine queries.
    """
    url, queue = reverse("orders:list"), reverse("fulfilment:queue")
    first = Order.objects.for_shop(shop_id).select_related("shop").first()
    lines: tuple[Line, ...] = ()
    waiting: tuple[Line, ...] = ()
    running: tuple[Running, ...] = ()
    if first is not None:
        counts = _counts(shop_id)
        blocked, failed = counts[S.PAID], _failed_renders(shop_id)
        lines = (
            Line("To produce", f"{counts[S.IN_PRODUCTION]:,}", queue, Tone.BUSY),
            Line("Ready to ship", f"{counts[S.READY_TO_SHIP]:,}", queue),
            Line(
                "Paid, not in production",
                f"{blocked:,}",
                f"{url}?status={S.PAID}",
                Tone.WARN if blocked else Tone.GOOD,
            ),
            Line("Failed renders", f"{failed:,}", queue, Tone.BAD if failed else Tone.GOOD),
            *_today(first.shop, now),
        )
        waiting = _waiting(shop_id)
        running = _zips(shop_id)
    return Card(
        title="Prints",
        url=url,
        icon="print",
        lines=lines,
        waiting=waiting,
        running=running,
        empty_hint="Customers design and order in the print shop; what is paid is printed here.",
    )


def _counts(shop_id: UUID) -> dict[str, int]:
    rows = Order.objects.for_shop(shop_id).filter(status__in=_OPEN).order_by()
    counted = rows.values("status").annotate(count=Count("pk")).values_list("status", "count")
    return {**{str(status): 0 for status in _OPEN}, **dict(counted)}


def _failed_renders(shop_id: UUID) -> int:
    rows = RenderJob.objects.for_shop(shop_id).filter(
        status="failed", next_attempt_at=None, kind="print", paid=True
    )
    return rows.count()


def _today(shop: Any, now: dt.datetime) -> tuple[Line, ...]:
    """Say what the shop's day brought, and what went back. Two queries."""
    zone, currency = shop.timezone, shop.currency
    midnight = local_in(zone, now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = moment_in(zone, midnight)
    came = PaymentAttempt.objects.for_shop(shop.pk).filter(
        settles=True, paid_at__gte=since, received_currency__iexact=currency
    )
    back = Refund.objects.for_shop(shop.pk).filter(
        state=RefundState.SUCCEEDED, ended_at__gte=since, currency__iexact=currency
    )
    paid = came.aggregate(sum=Sum("received"), count=Count("pk"))
    returned = back.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    said: tuple[Line, ...] = (
        Line(
            f"Paid today, {paid['count']:,} order{'' if paid['count'] == 1 else 's'}",
            money(paid["sum"], currency),
            f"{reverse('orders:list')}?since={midnight:%Y-%m-%d}",
        ),
    )
    if returned:
        said += (Line("Paid back today", money(returned, currency), tone=Tone.WARN),)
    return said


def _waiting(shop_id: UUID) -> tuple[Line, ...]:
    """What a person must look at, each order once. Two queries."""
    ids = needing_attention(shop_id)
    orders = list(Order.objects.for_shop(shop_id).filter(pk__in=ids).order_by("-paid_at")[:SHOWN])
    why = attention_of(shop_id, [order.pk for order in orders])
    lines = []
    for order in orders:
        for kind in why.get(order.pk, ())[:1]:
            words, tone = _WAITS[kind]
            page = reverse("orders:order", kwargs={"order_id": order.pk})
            lines.append(Line(f"{words}: order {order}", order.name or "look", page, tone))
    return tuple(lines)


def _zips(shop_id: UUID) -> tuple[Running, ...]:
    return tuple(
        Running(
            label=f"Zip of {len(each.batch.order_ids):,} orders",
            url=reverse("fulfilment:batch", kwargs={"batch_id": each.batch.pk}),
            done=each.job.progress_done or 0,
            total=each.job.progress_total or 0,
            started_at=each.job.started_at,
            moved_at=each.job.progress_at,
        )
        for each in latest_batches(shop_id, limit=SHOWN)
        if each.state == "making"
    )
