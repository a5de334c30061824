"""Take an unpaid order back from the cash desk: to change it, or to cancel it.

Outside of any transaction: Stripe is asked to close what the order could still be paid by.
"""

from django.db import transaction

from orders.contracts import IllegalMove, Refused, Why
from orders.enums import UNPAID_STATUSES, OrderStatus
from orders.models import Order
from orders.sales.states import illegal, locked, transition

from .checkout import abandon, is_free


def take_back(*, order: Order) -> None:
    """Make an order that waits for its payment a draft again; a draft stays one.

    Raises :class:`orders.contracts.Refused` when it was paid meanwhile or a payment is clearing.
    """
    if order.status == OrderStatus.DRAFT:
        return
    if order.status != OrderStatus.PENDING_PAYMENT:
        raise illegal(order, OrderStatus.DRAFT)
    _leave(order, OrderStatus.DRAFT, "The customer changes it.")


def cancel_unpaid(*, order: Order) -> None:
    """Cancel an order before it is paid; nobody can pay for it any more.

    Raises :class:`orders.contracts.IllegalMove` for one that is paid: that is the shop's matter,
    with a refund. Raises :class:`orders.contracts.Refused` as :func:`take_back` does.
    """
    if order.status not in UNPAID_STATUSES:
        raise _paid(order)
    _leave(order, OrderStatus.CANCELED, "The customer cancelled it.")


def _paid(order: Order) -> IllegalMove:
    return IllegalMove(
        f"Order {order} is {OrderStatus(order.status).label.lower()}. Write to us, and it is "
        "cancelled and paid back.",
        current=order.status,
        allowed=(),
    )


def _leave(order: Order, to: OrderStatus, reason: str) -> None:
    ended = abandon(order=order)
    if not ended.free:
        raise Refused("not-free", ended.message)
    with transaction.atomic():
        row = locked(order.pk)
        # A second window may have opened another payment page, or paid, in between.
        if not is_free(row):
            raise Refused("not-free", "A payment was begun in another window. Look there first.")
        if row.status == to:
            return
        if row.status not in UNPAID_STATUSES:
            raise _paid(row)
        transition(row.pk, to, why=Why("customer", reason=reason))
