"""Move an order from state to state: compare-and-set, history, audit, event, push.

The order's row is locked first by everything that changes an order or its money: payments,
refunds and disputes are locked after it.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.tracing import current_request_id
from foundation.work.api import publish
from orders.contracts import IllegalMove, Why
from orders.enums import (
    ORDER_MOVES,
    PAYMENT_MOVES,
    OrderStatus,
    PaymentStatus,
    StatusField,
)
from orders.models import Order, OrderStatusChange

_TIMES = {
    OrderStatus.PAID: "paid_at",
    OrderStatus.IN_PRODUCTION: "in_production_at",
    OrderStatus.SHIPPED: "shipped_at",
    OrderStatus.DELIVERED: "delivered_at",
    OrderStatus.CANCELED: "canceled_at",
}


def locked(order_id: UUID) -> Order:
    """Return an order's row as it is now, locked until the caller's transaction ends."""
    row: Order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    return row


def allowed_from(status: OrderStatus | str) -> tuple[OrderStatus, ...]:
    """Return the states an order in this one may move to."""
    return ORDER_MOVES[OrderStatus(status)]


@transaction.atomic
def transition(
    order_id: UUID,
    to: OrderStatus,
    *,
    why: Why,
    columns: dict[str, Any] | None = None,
) -> Order:
    """Move an order to ``to``, once, and return its row, locked.

    ``columns`` are written along. Publishes ``orders.order_<status>``. Raises
    :class:`orders.contracts.IllegalMove` when it is not there to be moved.
    """
    row = locked(order_id)
    before = OrderStatus(row.status)
    if to not in ORDER_MOVES[before]:
        raise illegal(row, to)
    values: dict[str, Any] = {"status": to, "changed_at": timezone.now(), **(columns or {})}
    if to in _TIMES:
        values.setdefault(_TIMES[to], timezone.now())
    _write(row, values)
    _note(row, StatusField.STATUS, before, to, why)
    record(
        f"orders.order.{to}",
        shop_id=row.shop_id,
        actor_id=why.actor_id,
        object_type="order",
        object_id=order_id,
        reason=why.reason,
        details={"before": before, "cause": why.cause},
    )
    publish(f"orders.order_{to}", shop_id=row.shop_id, order_id=order_id)
    tell(row)
    return row


def illegal(row: Order, to: OrderStatus) -> IllegalMove:
    """Say why an order cannot become ``to``, and what it can become."""
    current = OrderStatus(row.status)
    allowed = ORDER_MOVES[current]
    may = ", ".join(each.label.lower() for each in allowed) or "nothing else any more"
    return IllegalMove(
        f"Order {row} is {current.label.lower()}; it cannot become {to.label.lower()}. "
        f"It can become: {may}.",
        current=current,
        allowed=allowed,
    )


@transaction.atomic
def move_payment(
    row: Order,
    to: PaymentStatus,
    *,
    why: Why,
    columns: dict[str, Any] | None = None,
) -> bool:
    """Bring a locked order's money to ``to``; nothing happens when it stands there already.

    ``columns`` (sums) are written in any case. Publishes ``orders.payment_<status>``. Returns
    whether it moved; raises :class:`orders.contracts.IllegalMove` for a move that is not in the
    table.
    """
    before = PaymentStatus(row.payment_status)
    values = {**(columns or {}), "changed_at": timezone.now()}
    if to is before:
        if columns:
            _write(row, values)
            tell(row)
        return False
    if to not in PAYMENT_MOVES[before]:
        message = (
            f"The money of order {row} is {before.label.lower()}; it cannot become "
            f"{to.label.lower()}."
        )
        raise IllegalMove(message, current=before, allowed=PAYMENT_MOVES[before])
    _write(row, {"payment_status": to, **values})
    _note(row, StatusField.PAYMENT_STATUS, before, to, why)
    record(
        f"orders.payment.{to}",
        shop_id=row.shop_id,
        actor_id=why.actor_id,
        object_type="order",
        object_id=row.pk,
        reason=why.reason,
        details={"before": before, "cause": why.cause},
    )
    publish(f"orders.payment_{to}", shop_id=row.shop_id, order_id=row.pk)
    tell(row)
    return True


def begin_history(row: Order, why: Why) -> None:
    """Note where a new order begins."""
    _note(row, StatusField.STATUS, "", row.status, why)


def tell(row: Order) -> None:
    """Let open pages know that an order changed."""
    touch(f"order.{row.pk}", shop_id=row.shop_id)
    touch("orders", shop_id=row.shop_id)


def _write(row: Order, values: dict[str, Any]) -> None:
    Order.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def _note(row: Order, field: StatusField, before: str, after: str, why: Why) -> None:
    OrderStatusChange.objects.create(
        order=row,
        field=field,
        before=before,
        after=after,
        actor_id=why.actor_id,
        cause=why.cause[:80],
        reason=why.reason[:300],
        request_id=current_request_id()[:64],
    )
