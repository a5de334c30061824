"""Orders that wait for a person: paid and stuck, disputed, paid with another amount, not refunded.

Each kind is a small set found by its own rows, so that a list of a million orders is narrowed to
them without looking at every order.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone

from orders.enums import (
    AttemptState,
    OrderStatus,
    RefundState,
    RenderKind,
    RenderStatus,
)
from orders.models import Dispute, Order, OrderLine, PaymentAttempt, Refund
from orders.payments.standing import DISPUTE_CLOSED

LATE: Final = dt.timedelta(minutes=15)
"""A paid order whose print files take longer than this is looked at."""
LOST: Final = (RefundState.FAILED, RefundState.CANCELED)


class Attention(models.TextChoices):
    """Why an order waits for a person."""

    ANY = "any", "Anything"
    NOT_RENDERED = "not_rendered", "Paid, not in production"
    DISPUTED = "disputed", "Disputed"
    MISMATCHED = "mismatched", "Paid with another amount"
    REFUND_FAILED = "refund_failed", "A refund failed"


def needing_attention(shop_id: UUID, kind: str = "") -> Any:
    """Return the ids of a shop's orders that wait for a person; ``kind`` empty: for any reason."""
    kinds = _kinds(shop_id)
    if kind:
        return kinds[Attention(kind)]
    first, *others = kinds.values()
    return first.union(*others, all=True)


def attention_of(shop_id: UUID, order_ids: Collection[UUID]) -> Mapping[UUID, list[Attention]]:
    """Return why each of these orders waits for a person; those that do not are left out.

    One query.
    """
    found: dict[UUID, list[Attention]] = {}
    if not order_ids:
        return found
    parts = [
        rows.filter(order_key__in=order_ids).annotate(kind=Value(kind.value))
        for kind, rows in _kinds(shop_id).items()
    ]
    first, *others = (part.values_list("order_key", "kind") for part in parts)
    for order_id, kind in first.union(*others):
        found.setdefault(order_id, []).append(Attention(kind))
    order = list(Attention)
    return {each: sorted(kinds, key=order.index) for each, kinds in found.items()}


def _kinds(shop_id: UUID) -> Mapping[Attention, Any]:
    # Querysets of several models, each of the orders' ids under one name.
    gave_up = OrderLine.objects.filter(
        order=OuterRef("pk"),
        version__renders__kind=RenderKind.PRINT,
        version__renders__status=RenderStatus.FAILED,
        version__renders__next_attempt_at=None,
    )
    late = Q(paid_at__lt=timezone.now() - LATE) | Exists(gave_up)
    returned = Refund.objects.filter(attempt=OuterRef("pk")).exclude(state__in=LOST)
    made_good = Refund.objects.filter(
        attempt=OuterRef("attempt"), created_at__gt=OuterRef("created_at")
    ).exclude(state__in=LOST)
    return {
        Attention.NOT_RENDERED: _ids(
            Order.objects.for_shop(shop_id).filter(late, status=OrderStatus.PAID), "pk"
        ),
        Attention.DISPUTED: _ids(
            Dispute.objects.for_shop(shop_id).exclude(status__in=DISPUTE_CLOSED),
            "attempt__order_id",
        ),
        Attention.MISMATCHED: _ids(
            PaymentAttempt.objects.for_shop(shop_id).filter(
                ~Exists(returned), state=AttemptState.SUCCEEDED, settles=False
            ),
            "order_id",
        ),
        Attention.REFUND_FAILED: _ids(
            Refund.objects.for_shop(shop_id).filter(~Exists(made_good), state__in=LOST),
            "attempt__order_id",
        ),
    }


def _ids(rows: Any, column: str) -> Any:
    return rows.order_by().annotate(order_key=F(column)).values("order_key")
