"""The note that staff keeps with an order; what it said before stays in the audit record."""

from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from orders.contracts import Refused
from orders.models import Order

from .states import locked, tell

MOST: int = 2000


@transaction.atomic
def write_note(*, order_id: UUID, text: str, seen: str, actor_id: UUID) -> Order:
    """Replace an order's note; ``seen`` is what it said when the person began to write.

    Raises :class:`orders.contracts.Refused` when somebody else wrote meanwhile: nothing of theirs
    is lost.
    """
    order = locked(order_id)
    text, now = _lines(text), _lines(order.note)
    if text == now:
        return order
    if _lines(seen) != now:
        raise Refused(
            "note-changed",
            f"Somebody changed the note meanwhile. It says now: “{now or 'nothing'}”. Put both "
            "together and save again.",
        )
    if len(text) > MOST:
        raise Refused("note-too-long", f"A note has at most {MOST:,} letters.")
    Order.objects.filter(pk=order.pk).update(note=text)
    order.note = text
    record(
        "orders.order.noted",
        shop_id=order.shop_id,
        actor_id=actor_id,
        object_type="order",
        object_id=order.pk,
        reason=text[:300] or "The note was taken away.",
        details={"before": now},
    )
    tell(order)
    return order


def _lines(text: str) -> str:
    # Browsers send two letters for the end of a line.
    return text.replace("\r\n", "\n").strip()
