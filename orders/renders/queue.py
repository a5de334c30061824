"""The render queue for staff: what stands where, what stands still, and rendering again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from foundation.audit.api import record
from foundation.work.api import Group, Pulse, pulses
from orders.artwork.printing import PARITY_MEAN
from orders.contracts import Refused
from orders.enums import RenderKind, RenderStatus
from orders.models import OrderLine, RenderJob

from .finalising import render_again

LATE: Final = dt.timedelta(minutes=10)
LONG: Final = dt.timedelta(minutes=20)
"""The largest print takes seconds; what is drawn so long stands still."""
MOST_AT_ONCE: Final = 500
_ALONG = ("design__photo", "design__size__product", "version__photo")


@dataclass(frozen=True, slots=True)
class RenderFilter:
    """What the queue is narrowed to; ``untrue``: prints whose preview was not."""

    status: str = ""
    kind: str = ""
    paid: bool = False
    untrue: bool = False
    design_id: UUID | None = None
    order_number: int | None = None


def renders_matching(shop_id: UUID, wanted: RenderFilter) -> QuerySet[RenderJob]:
    """Return a shop's renders."""
    rows: QuerySet[RenderJob] = RenderJob.objects.for_shop(shop_id)
    exact = {
        "status": wanted.status,
        "kind": wanted.kind,
        "paid": wanted.paid,
        "design_id": wanted.design_id,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.untrue:
        rows = rows.filter(parity__gt=PARITY_MEAN)
    if wanted.order_number is not None:
        lines = OrderLine.objects.for_shop(shop_id).filter(order__number=wanted.order_number)
        rows = rows.filter(version_id__in=lines.values("version_id"))
    return rows


def with_designs(rows: QuerySet[RenderJob]) -> QuerySet[RenderJob]:
    """Have designs, sizes and photos along, and leave long documents out."""
    return rows.select_related(*_ALONG).defer("design__document", "version__document")


def order_of(status: str) -> tuple[str, ...]:
    """Return how a tab is sorted: what is paid first, then what waits longest or came last."""
    if status == RenderStatus.QUEUED:
        return ("-paid", "queued_at", "id")
    if status in (RenderStatus.PROCESSING, RenderStatus.FAILED):
        return ("-paid", "-queued_at", "-id")
    return ("-queued_at", "-id")


def counted(shop_id: UUID, wanted: RenderFilter) -> Mapping[str, int]:
    """Count what matches by status, whatever status is chosen. One query."""
    rows = renders_matching(shop_id, wanted).order_by()
    return dict(rows.values("status").annotate(count=Count("pk")).values_list("status", "count"))


def orders_of(version_ids: Collection[UUID]) -> Mapping[UUID, list[tuple[UUID, int]]]:
    """Return the orders that versions are in, by version: id and number. One query."""
    found: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    lines = OrderLine.objects.filter(version_id__in=version_ids).order_by("order__number")
    pairs = lines.values_list("version_id", "order_id", "order__number").distinct()
    for version_id, order_id, number in pairs:
        if version_id is not None:
            found[version_id].append((order_id, number))
    return found


@dataclass(frozen=True, slots=True)
class Stuck:
    """What stands still in a queue although workers are at work: how many, since when."""

    waiting: int
    waiting_since: dt.datetime | None
    drawing: int
    drawing_since: dt.datetime | None
    due: int
    """Jobs that the workers of this group could do now."""

    def __bool__(self) -> bool:
        return bool(self.waiting or self.drawing)


def stuck_in(shop_id: UUID, now: dt.datetime) -> Stuck | None:
    """Return what stands still; None while nobody works, which every page says. Two queries."""
    heavy: Pulse | None = next((each for each in pulses() if each.name == Group.HEAVY), None)
    if heavy is None or heavy.silent:
        return None
    late = Q(status=RenderStatus.QUEUED, queued_at__lt=now - LATE)
    overdue = Q(status=RenderStatus.FAILED, next_attempt_at__lt=now - LATE)
    long = Q(status=RenderStatus.PROCESSING, started_at__lt=now - LONG)
    found = (
        RenderJob.objects.for_shop(shop_id)
        .exclude(status=RenderStatus.COMPLETED)
        .aggregate(
            waiting=Count("pk", filter=late | overdue),
            waiting_since=Min("queued_at", filter=late | overdue),
            drawing=Count("pk", filter=long),
            drawing_since=Min("started_at", filter=long),
        )
    )
    return Stuck(due=heavy.due, **found)


def render_of(shop_id: UUID, render_id: UUID) -> RenderJob | None:
    """Return a shop's render with its design, photo and size. One query."""
    rows = RenderJob.objects.for_shop(shop_id).filter(pk=render_id)
    found: RenderJob | None = rows.select_related(*_ALONG).first()
    return found


@transaction.atomic
def again(*, shop_id: UUID, render_id: UUID, actor_id: UUID) -> None:
    """Render what failed once more, and record who wanted it.

    Raises :class:`orders.contracts.Refused`.
    """
    render_again(render_id=render_id)
    record(
        "orders.render.again",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="render",
        object_id=render_id,
    )


def again_all(*, shop_id: UUID, wanted: RenderFilter, actor_id: UUID) -> int:
    """Render all that match and failed once more, the paid first; returns how many, 500 at most.

    Each in a transaction of its own: one that somebody else queued meanwhile stops no other.
    """
    rows = renders_matching(shop_id, wanted).filter(status=RenderStatus.FAILED)
    ids: Sequence[UUID] = list(
        rows.order_by("-paid", "queued_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    count = 0
    for render_id in ids:
        with suppress(Refused):
            render_again(render_id=render_id)
            count += 1
    if count:
        record(
            "orders.renders.again",
            shop_id=shop_id,
            actor_id=actor_id,
            object_type="renders",
            object_id=shop_id,
            details={"count": count, "kind": wanted.kind, "paid": wanted.paid},
        )
    return count


def print_name(render: RenderJob, ending: str) -> str:
    """Name a downloaded print file: SKU, design, version."""
    sku = "".join(each if each.isalnum() else "-" for each in render.design.size.sku)
    number = render.version.number if render.version else 0
    kind = f"v{number}" if render.kind == RenderKind.PRINT else "preview"
    return f"{sku}-{str(render.design_id)[:8]}-{kind}.{ending}"
