"""What staff does with a paid order: produce, ship, deliver, print again."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from orders.contracts import IllegalMove, Refused, Why
from orders.enums import OrderStatus, PaymentStatus
from orders.models import Order, OrderLine

from .addresses import FIELDS
from .numbering import next_number
from .producing import order_paid, refuse_unrendered
from .states import allowed_from, begin_history, locked, transition

# Only a payment makes an order paid; to cancel one is a refund's matter (orders.payments).
BY_STAFF: Final = (
    OrderStatus.IN_PRODUCTION,
    OrderStatus.READY_TO_SHIP,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.CANCELED,
)


def possible_for_staff(order: Order) -> tuple[OrderStatus, ...]:
    """Return what staff may bring an order to from where it stands."""
    return tuple(each for each in allowed_from(order.status) if each in BY_STAFF)


@transaction.atomic
def bring_to(
    *,
    order_id: UUID,
    to: OrderStatus,
    actor_id: UUID | None,
    reason: str = "",
    parcel: dict[str, str] | None = None,
) -> Order:
    """Move an order on its way; ``parcel`` is what is known of it (carrier, tracking number, URL).

    Shipped and delivered set their times and tell the customer by mail. Cancelling is not done
    here. Raises :class:`orders.contracts.IllegalMove` with the moves there are, and
    :class:`orders.contracts.Refused` when print files are missing or the payment is disputed.
    """
    order = locked(order_id)
    if to not in possible_for_staff(order) or to is OrderStatus.CANCELED:
        raise not_for_staff(order, to)
    if order.payment_status == PaymentStatus.DISPUTED and to is not OrderStatus.DELIVERED:
        raise Refused(
            "disputed",
            "The customer's bank disputes the payment. Answer the dispute first; the order waits.",
        )
    if to is OrderStatus.IN_PRODUCTION:
        refuse_unrendered(order)
    columns = {name: value for name, value in (parcel or {}).items() if value}
    return transition(order_id, to, why=Why("staff", actor_id, reason), columns=columns)


def not_for_staff(order: Order, to: OrderStatus) -> IllegalMove:
    """Say that staff cannot bring an order there, and where it can."""
    current = OrderStatus(order.status)
    allowed = possible_for_staff(order)
    may = ", ".join(each.label.lower() for each in allowed) or "nothing else any more"
    why = " Only a payment makes an order paid." if to is OrderStatus.PAID else ""
    return IllegalMove(
        f"Order {order} is {current.label.lower()}; it cannot become {to.label.lower()}.{why} "
        f"It can become: {may}.",
        current=current,
        allowed=allowed,
    )


@transaction.atomic
def reprint(*, order: Order, positions: Sequence[int], reason: str, actor_id: UUID | None) -> Order:
    """Make a free order of lines that have to be printed again, and have it produced.

    Raises :class:`orders.contracts.Refused` without a reason, without lines, or for an order that
    was never produced.
    """
    if not reason.strip():
        raise Refused("no-reason", "Say why it is printed again; it stands in both orders.")
    if order.status not in (
        OrderStatus.IN_PRODUCTION,
        OrderStatus.READY_TO_SHIP,
        OrderStatus.SHIPPED,
        OrderStatus.DELIVERED,
    ):
        raise Refused("not-produced", f"Order {order} has not been produced yet.")
    old = list(order.lines.filter(position__in=positions, version__isnull=False))
    if not old:
        raise Refused("no-such-line", "Choose at least one printed line of the order.")
    new = Order.objects.create(
        shop_id=order.shop_id,
        number=next_number(order.shop_id),
        visitor_id=order.visitor_id,
        customer_id=order.customer_id,
        currency=order.currency,
        shipping_method=order.shipping_method,
        reprint_of=order,
        reprint_reason=reason.strip()[:300],
        **{name: getattr(order, name) for name in FIELDS},
    )
    why = Why("reprint", actor_id, f"Free reprint of {order}: {reason.strip()}")
    begin_history(new, why)
    OrderLine.objects.bulk_create(
        OrderLine(
            shop_id=each.shop_id,
            order=new,
            position=position,
            design_id=each.design_id,
            version_id=each.version_id,
            size_id=each.size_id,
            title=each.title,
            sku=each.sku,
            quantity=each.quantity,
            unit_price=0,
            total=0,
        )
        for position, each in enumerate(old)
    )
    record(
        "orders.order.reprinted",
        shop_id=order.shop_id,
        actor_id=actor_id,
        object_type="order",
        object_id=order.pk,
        reason=reason.strip(),
        details={"reprint": str(new.pk)},
    )
    transition(new.pk, OrderStatus.PAID, why=why)
    order_paid(order_id=new.pk)
    return locked(new.pk)
