"""From paid to production: print files first, then the order stands in the queue of the day."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from foundation.alerts.api import Severity, close_alert, open_alert
from orders.contracts import Refused, Why
from orders.enums import OrderStatus, PaymentStatus, RenderKind, RenderStatus
from orders.models import DesignVersion, Order, OrderLine, RenderJob
from orders.renders.finalising import ensure_print

from .states import locked, transition


@transaction.atomic
def order_paid(*, order_id: UUID) -> None:
    """Have what a paid order needs printed rendered first, and begin production if it is there."""
    versions = DesignVersion.objects.filter(order_lines__order_id=order_id).distinct()
    # By id: two orders of the same designs lock the renders in one order.
    for version in versions.order_by("id"):
        ensure_print(version, paid=True)
    begin_production(order_id=order_id)


@transaction.atomic
def render_completed(*, render_id: UUID) -> None:
    """Begin production of the paid orders that waited for this render."""
    close_alert(key=_alert_key(render_id), reason="The print files are made.")
    waiting = OrderLine.objects.filter(
        version__renders__id=render_id,
        version__renders__kind=RenderKind.PRINT,
        order__status=OrderStatus.PAID,
    )
    for order_id in waiting.order_by("order_id").values_list("order_id", flat=True).distinct():
        begin_production(order_id=order_id)


@transaction.atomic
def begin_production(*, order_id: UUID) -> bool:
    """Move a paid order into production once all its print files are there.

    What is disputed waits. Returns whether it moved.
    """
    order = locked(order_id)
    if order.status != OrderStatus.PAID or order.payment_status == PaymentStatus.DISPUTED:
        return False
    if missing_prints(order_id):
        return False
    transition(order_id, OrderStatus.IN_PRODUCTION, why=Why(cause="print files ready"))
    return True


def missing_prints(order_id: UUID) -> Sequence[OrderLine]:
    """Return the lines of an order whose print files are not made. One query."""
    rendered = RenderJob.objects.filter(
        kind=RenderKind.PRINT, status=RenderStatus.COMPLETED
    ).values("version_id")
    return list(
        OrderLine.objects.filter(order_id=order_id, version__isnull=False).exclude(
            version_id__in=rendered
        )
    )


def refuse_unrendered(order: Order) -> None:
    """Raise :class:`orders.contracts.Refused` while print files are missing."""
    missing = missing_prints(order.pk)
    if missing:
        raise Refused(
            "not-rendered",
            f"The print files of {len(missing)} of its designs are not made yet; nothing can be "
            "produced. The render queue says why.",
        )


def print_failed(render: RenderJob) -> None:
    """Tell people that something paid cannot be printed; nobody is told of unpaid designs."""
    orders = list(
        Order.objects.filter(lines__version_id=render.version_id, status=OrderStatus.PAID)
        .distinct()
        .values_list("number", flat=True)
    )
    if not orders:
        return
    names = ", ".join(f"#{number}" for number in orders)
    open_alert(
        shop_id=render.shop_id,
        key=_alert_key(render.pk),
        severity=Severity.CRITICAL,
        title=f"Order {names} is paid and cannot be printed",
        body=(
            f"The print files could not be made: {render.failure_reason} It was tried "
            f"{render.attempt} times. Mend the cause and render again, or refund the order."
        ),
        url="/orders/renders/?status=failed",
    )


def _alert_key(render_id: UUID) -> str:
    return f"render:{render_id}"
