"""From a design to an order: finalise it, and put it with what the visitor is ordering already."""

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from orders.contracts import Refused
from orders.designs.sizes import refuse_gone
from orders.enums import OrderStatus
from orders.models import Design, DesignVersion, Order
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.sales.drafting import create_order, draft_locked
from orders.sales.lines import MOST_LINES, MOST_PIECES, Item, line, refuse_closed
from orders.sales.quoting import quote
from orders.sales.states import tell


def order_design(*, caller: Caller, design_id: UUID, quantity: int) -> Order:
    """Finalise a design and add it to the visitor's draft, or begin one; returns the draft.

    Raises :class:`orders.contracts.Refused` and :class:`orders.people.allowances.TooMuch`.
    """
    refuse_closed(caller.print_shop)
    finalise(caller=caller, design_id=design_id)
    draft = draft_of(caller)
    if draft is None:
        return create_order(caller=caller, items=[Item(design_id, quantity)])
    return _add(caller, draft.pk, design_id, quantity)


def draft_of(caller: Caller) -> Order | None:
    """Return the order a visitor is putting together, the latest one; one query."""
    rows = caller.own(Order.objects.for_shop(caller.shop_id))
    draft: Order | None = (
        rows.filter(status=OrderStatus.DRAFT, reprint_of=None).order_by("-changed_at").first()
    )
    return draft


@transaction.atomic
def _add(caller: Caller, order_id: UUID, design_id: UUID, quantity: int) -> Order:
    """Add pieces of a design as it is finalised now to a draft; of the same version only more.

    A design that was changed since is a line of its own, and the old one stays: Rex and Max. Only
    who orders again and changes it first means one: there it takes the place of what it was.
    """
    order = draft_locked(order_id)
    design = (
        caller.own(Design.objects.for_shop(caller.shop_id))
        .select_related("size__product")
        .get(pk=design_id)
    )
    version = DesignVersion.objects.filter(
        design=design, digest=design.digest, size_id=design.size_id
    ).latest("number")
    refuse_gone(design.size)
    same = order.lines.filter(version=version).first()
    again = same is None and order.reordered_from_id is not None
    edited = order.lines.filter(design=design).first() if again else None
    pieces = quantity + (same.quantity if same else 0)
    if edited is not None and quantity == 1:
        pieces = edited.quantity
    if not 1 <= pieces <= MOST_PIECES:
        raise Refused("bad-quantity", f"Order 1 to {MOST_PIECES} pieces of a design.")
    if same is not None:
        order.lines.filter(pk=same.pk).update(quantity=pieces, total=same.unit_price * pieces)
    elif edited is not None:
        new = line(version, design.size, position=edited.position, quantity=pieces)
        new.order = order
        edited.delete()
        new.save(force_insert=True)
    else:
        if order.lines.count() >= MOST_LINES:
            raise Refused("bad-items", f"An order has 1 to {MOST_LINES} designs.")
        last = order.lines.aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        new = line(version, design.size, position=position, quantity=quantity)
        new.order = order
        new.save(force_insert=True)
    quote(order)
    tell(order)
    return order
