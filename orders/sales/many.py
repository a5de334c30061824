"""Move many orders at once: each in a transaction of its own, none stops the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from orders.contracts import IllegalMove, Refused
from orders.enums import OrderStatus
from orders.models import Order

from .moving import bring_to

MOST_AT_ONCE: Final = 200
# From which status orders are moved together to another; shipping one by one has tracking numbers.
FROM: Final = {
    OrderStatus.IN_PRODUCTION: OrderStatus.PAID,
    OrderStatus.READY_TO_SHIP: OrderStatus.IN_PRODUCTION,
    OrderStatus.SHIPPED: OrderStatus.READY_TO_SHIP,
    OrderStatus.DELIVERED: OrderStatus.SHIPPED,
}


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were moved; ``refused`` says of the others why not. Who was quicker counts not."""

    moved: int
    refused: Sequence[str]


def bring_all(*, orders: Iterable[Order], to: OrderStatus, actor_id: UUID) -> Moved:
    """Move orders on that stand right before ``to``; the others stay as they are."""
    moved, refused = 0, []
    for order in orders:
        if order.status != FROM[to]:
            continue
        try:
            bring_to(order_id=order.pk, to=to, actor_id=actor_id)
        except Refused as error:
            refused.append(f"{order}: {error}")
        except IllegalMove:
            # Somebody was quicker: then theirs counts.
            continue
        else:
            moved += 1
    return Moved(moved, refused)
