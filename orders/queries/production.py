"""What is to be produced: print files, what blocks paid orders, what waits to be sent."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from orders.enums import OrderStatus, PaymentStatus, RenderKind, RenderStatus
from orders.models import Order, OrderLine, RenderJob

NOTHING: Final = UUID(int=0)
"""Stands where a line has no version."""
MOST: Final = 300
"""Orders that a queue shows; the oldest, so that what is done makes room for the next."""


@dataclass(frozen=True, slots=True)
class Block:
    """What keeps a paid order out of production.

    ``renders`` are those that failed for good: they can be made again. ``ready``: nothing does,
    it only has not begun.
    """

    words: str
    tone: str
    renders: Sequence[UUID] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A line to be printed, with its print files; ``render`` None: never asked for."""

    line: OrderLine
    render: RenderJob | None

    @property
    def made(self) -> bool:
        """Whether its print files are there."""
        return self.render is not None and self.render.status == RenderStatus.COMPLETED


def prints_of(lines: Iterable[OrderLine]) -> Mapping[UUID, RenderJob]:
    """Return the renders of the print files of lines, by version. One query."""
    versions = {line.version_id for line in lines if line.version_id}
    rows = RenderJob.objects.filter(version_id__in=versions, kind=RenderKind.PRINT)
    rows = rows.defer("document", "spec")
    return {row.version_id: row for row in rows if row.version_id}


def pieces_of(order_ids: Collection[UUID]) -> list[Piece]:
    """Return what of orders is printed: by product and size, the order paid first at first.

    Two queries.
    """
    lines = list(
        OrderLine.objects.filter(order_id__in=order_ids, version__isnull=False)
        .select_related("order", "version", "size__product")
        .defer("version__document")
        .order_by(
            "size__product__position",
            "size__product__name",
            "size__position",
            "size__price",
            "size_id",
            "order__paid_at",
            "order__number",
            "position",
        )
    )
    renders = prints_of(lines)
    designs = Counter(line.order_id for line in lines)
    for line in lines:
        # For people at the printer: this is one of so many designs of its order.
        line.order.designs = designs[line.order_id]  # type: ignore[attr-defined]  # read by templates
    return [Piece(line, renders.get(line.version_id or NOTHING)) for line in lines]


def in_production(shop_id: UUID, *, limit: int = MOST) -> list[Order]:
    """Return the orders in production, the one paid first at first. One query."""
    return _standing(shop_id, OrderStatus.IN_PRODUCTION, limit)


def ready_to_ship(shop_id: UUID, *, limit: int = MOST) -> list[Order]:
    """Return the orders that wait to be sent, with their number of pieces. One query."""
    return _standing(shop_id, OrderStatus.READY_TO_SHIP, limit)


def not_in_production(shop_id: UUID, *, limit: int = MOST) -> list[Order]:
    """Return the paid orders that production has not begun of. One query."""
    return _standing(shop_id, OrderStatus.PAID, limit)


def _standing(shop_id: UUID, status: OrderStatus, limit: int) -> list[Order]:
    rows = Order.objects.for_shop(shop_id).filter(status=status).order_by("paid_at", "number")
    # Summed for these few; joined and grouped, PostgreSQL would read the lines of every order.
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    pieces = lines.annotate(pieces=Sum("quantity")).values("pieces")
    return list(rows.annotate(pieces=Subquery(pieces))[:limit])


def into_production_on(shop_id: UUID, since: dt.datetime, until: dt.datetime) -> QuerySet[Order]:
    """Return the orders whose production began in a span and that were not cancelled since."""
    rows: QuerySet[Order] = Order.objects.for_shop(shop_id).filter(
        in_production_at__gte=since, in_production_at__lt=until
    )
    return rows.exclude(status=OrderStatus.CANCELED).order_by("paid_at", "number")


def stuck(shop_id: UUID | None, *, older_than: dt.timedelta, limit: int = MOST) -> list[Order]:
    """Return paid orders that production has not begun of for a while. One query."""
    shop = Q(shop_id=shop_id) if shop_id else Q()
    rows = Order.objects.filter(
        shop, status=OrderStatus.PAID, paid_at__lt=timezone.now() - older_than
    )
    return list(rows.select_related("shop").order_by("paid_at", "number")[:limit])


def blocks_of(orders: Collection[Order]) -> Mapping[UUID, Block]:
    """Say of paid orders what keeps them out of production. Two queries."""
    wanted = [order.pk for order in orders if order.status == OrderStatus.PAID]
    lines = OrderLine.objects.filter(order_id__in=wanted, version__isnull=False)
    of_order: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in lines.only("order_id", "version_id", "title") if wanted else ():
        of_order[line.order_id].append(line)
    renders = prints_of(line for found in of_order.values() for line in found) if wanted else {}
    return {
        order.pk: _block(order, [renders.get(line.version_id) for line in of_order[order.pk]])  # type: ignore[arg-type]  # filtered: never None
        for order in orders
        if order.status == OrderStatus.PAID
    }


def _block(order: Order, renders: Sequence[RenderJob | None]) -> Block:
    if order.payment_status == PaymentStatus.DISPUTED:
        return Block("The customer's bank disputes the payment. Answer it in Stripe first.", "bad")
    failed = [row for row in renders if row is not None and row.status == RenderStatus.FAILED]
    for_good = [row for row in failed if row.next_attempt_at is None]
    count = len(renders)
    if for_good:
        files = _counted(len(for_good), count)
        reason = for_good[0].failure_reason or "No reason was noted."
        return Block(
            f"The print files of {files} could not be made: {reason}",
            "bad",
            tuple(row.pk for row in for_good),
        )
    if failed:
        row = failed[0]
        return Block(
            f"Attempt {row.attempt} of {row.max_attempts} at a print file failed and is repeated "
            f"by itself: {row.failure_reason}",
            "warn",
        )
    made = sum(row is not None and row.status == RenderStatus.COMPLETED for row in renders)
    if made == count:
        return Block("All print files are there; production has not begun.", "warn", ready=True)
    if None in renders:
        return Block(f"{made} of {count} print files are made; the others were never begun.", "bad")
    drawn = any(row is not None and row.status == RenderStatus.PROCESSING for row in renders)
    doing = "The rest is being drawn." if drawn else "The rest waits for a worker."
    return Block(f"{made} of {count} print files are made. {doing}", "busy")


def _counted(some: int, count: int) -> str:
    return "its design" if count == 1 else f"{some} of {count} designs"
