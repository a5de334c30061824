"""The lines of a draft order: what was finalised, at today's prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from orders.contracts import Refused
from orders.designs.sizes import refuse_gone
from orders.models import Design, DesignVersion, OrderLine, PrintShop, PrintSize
from orders.people.callers import Caller

from .totals import Goods

MOST_PIECES = 200
MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Item:
    """So many pieces of a design."""

    design_id: UUID
    quantity: int


def lines_of(caller: Caller, items: Sequence[Item]) -> list[OrderLine]:
    """Make unsaved lines of the designs' present versions, at the sizes' present prices.

    Two queries. Raises :class:`orders.contracts.Refused` for a design that is not the caller's,
    not finalised as it stands, or whose size is no longer sold.
    """
    if not 1 <= len(items) <= MOST_LINES:
        raise Refused("bad-items", f"An order has 1 to {MOST_LINES} designs.")
    designs = {
        design.pk: design
        for design in caller.own(Design.objects.for_shop(caller.shop_id))
        .filter(pk__in=[item.design_id for item in items], deleted_at=None)
        .select_related("size__product")
    }
    versions = _versions(list(designs.values()))
    found = []
    for position, item in enumerate(items):
        design = designs.get(item.design_id)
        if design is None:
            raise Refused("no-such-design", f"There is no design {item.design_id} of yours.")
        if not 1 <= item.quantity <= MOST_PIECES:
            raise Refused("bad-quantity", f"Order 1 to {MOST_PIECES} pieces of a design.")
        version = versions.get(design.pk)
        if version is None:
            raise Refused(
                "not-finalised",
                "This design was changed since it was finalised, or never was. Finalise it first: "
                "what is printed is exactly what was finalised.",
            )
        refuse_gone(design.size)
        found.append(line(version, design.size, position=position, quantity=item.quantity))
    return found


def _versions(designs: Sequence[Design]) -> dict[UUID, DesignVersion]:
    """Return the version of each design that is what the design is now."""
    now = {design.pk: (design.digest, design.size_id) for design in designs}
    rows = DesignVersion.objects.filter(design_id__in=now).order_by("number")
    return {row.design_id: row for row in rows if (row.digest, row.size_id) == now[row.design_id]}


def refuse_closed(print_shop: PrintShop) -> None:
    """Raise :class:`orders.contracts.Refused`, kindly, while a print shop takes no orders."""
    if not print_shop.open:
        raise Refused("shop-closed", f"{print_shop.name} takes no orders at the moment.")


def line(version: DesignVersion, size: PrintSize, *, position: int, quantity: int) -> OrderLine:
    """Make an unsaved line at the size's present price."""
    return OrderLine(
        shop_id=version.shop_id,
        position=position,
        design_id=version.design_id,
        version=version,
        size=size,
        title=f"{size.product.name}, {size.name}"[:200],
        sku=size.sku,
        quantity=quantity,
        unit_price=size.price,
        total=size.price * quantity,
    )


def goods_of(lines: Sequence[OrderLine]) -> list[Goods]:
    """Return what totals are computed from; ``size`` must be loaded."""
    return [
        Goods(
            quantity=each.quantity,
            unit_price=each.unit_price,
            parcel_class=each.size.parcel_class if each.size else "",
        )
        for each in lines
    ]
