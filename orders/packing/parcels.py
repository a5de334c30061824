"""Ship many orders by a pasted list: an order's number and its tracking number a line.

First a dry run, which says of each line what would become of it; then those that can be are sent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from orders.contracts import IllegalMove, Refused
from orders.enums import OrderStatus, PaymentStatus
from orders.models import Order
from orders.sales.moving import bring_to

MOST_LINES: Final = 500
_BETWEEN = re.compile(r"\s*[,;\t]\s*|\s+")
_NUMBER = re.compile(r"#?(\d{1,9})")
_MOST_TRACKING: Final = 80
_SLOT: Final = "{tracking}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A line of the list. ``problem`` says why it is not sent; empty: it can be.

    ``order_id`` and ``number`` are None where no order is meant.
    """

    place: int
    written: str
    number: int | None
    tracking: str
    order_id: UUID | None
    name: str
    problem: str


def read_parcels(shop_id: UUID, text: str) -> list[Parcel]:
    """Say of each line of a list what would become of it. One query.

    Empty lines and a heading are passed over. Raises :class:`orders.contracts.Refused` for a list
    that is too long, or has nothing in it.
    """
    lines = [
        (place, line.strip()) for place, line in enumerate(text.splitlines(), 1) if line.strip()
    ]
    if lines and not any(letter.isdigit() for letter in lines[0][1]):
        lines = lines[1:]
    if not lines:
        raise Refused("nothing-pasted", "Paste a line per order: its number, and its tracking.")
    if len(lines) > MOST_LINES:
        raise Refused("too-many-lines", f"Paste at most {MOST_LINES} lines at once.")
    parts = [(place, line, *_split(line)) for place, line in lines]
    numbers = {number for _, _, number, _ in parts if number is not None}
    found = {
        order.number: order for order in Order.objects.for_shop(shop_id).filter(number__in=numbers)
    }
    seen: set[int] = set()
    parcels = []
    for place, line, number, tracking in parts:
        order = found.get(number) if number is not None else None
        parcels.append(
            Parcel(
                place,
                line[:200],
                number,
                tracking,
                order.pk if order else None,
                order.name if order else "",
                _problem(number, tracking, order, seen),
            )
        )
        if number is not None:
            seen.add(number)
    return parcels


def _split(line: str) -> tuple[int | None, str]:
    first, _, rest = _BETWEEN.sub("\t", line, count=1).partition("\t")
    match = _NUMBER.fullmatch(first.strip("\"'"))
    return (int(match[1]) if match else None), rest.strip().strip("\"'")


def _problem(  # noqa: PLR0911 -- one sentence for each
    number: int | None, tracking: str, order: Order | None, seen: set[int]
) -> str:
    if number is None:
        return "It does not begin with an order's number."
    if number in seen:
        return "The order stands in the list twice; the first line counts."
    if order is None:
        return f"There is no order #{number}."
    if order.status == OrderStatus.SHIPPED and order.tracking_number == tracking:
        return "It is shipped with this tracking number already."
    if order.status != OrderStatus.READY_TO_SHIP:
        label = OrderStatus(order.status).label.lower()
        return f"It is {label}, not ready to ship."
    if order.payment_status == PaymentStatus.DISPUTED:
        return "Its payment is disputed; it waits."
    if not tracking:
        return "The tracking number is missing."
    if len(tracking) > _MOST_TRACKING:
        return f"A tracking number has at most {_MOST_TRACKING} letters."
    return ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a list: how many were sent, and what was refused, in words."""

    sent: int
    refused: Sequence[str]


def ship_parcels(
    *, parcels: Sequence[Parcel], carrier: str, tracking_page: str, actor_id: UUID
) -> Sent:
    """Ship each order that can be; each stands for itself. Customers are told by mail.

    ``tracking_page`` is the carrier's page with ``{tracking}`` in it, or empty.
    """
    sent, refused = 0, []
    for parcel in parcels:
        if parcel.problem or parcel.order_id is None:
            continue
        page = tracking_page.replace(_SLOT, parcel.tracking) if tracking_page else ""
        try:
            bring_to(
                order_id=parcel.order_id,
                to=OrderStatus.SHIPPED,
                actor_id=actor_id,
                parcel={
                    "carrier": carrier,
                    "tracking_number": parcel.tracking,
                    "tracking_url": page,
                },
            )
        except (Refused, IllegalMove) as error:
            refused.append(f"#{parcel.number}: {error}")
        else:
            sent += 1
    return Sent(sent, refused)
