"""Verbs on products: add, change, order, switch on and off. What was designed and ordered stays."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Prefetch
from django.utils.text import slugify

from foundation.audit.api import record
from orders.contracts import Refused
from orders.enums import UNPAID_STATUSES
from orders.models import OrderLine, PrintProduct, PrintShop, PrintSize

from .amending import amend, as_said

COLUMNS = ("name", "kind", "description", "material")
_MOST_SLUG = 60
_UP, _DOWN = -1, 1
STEPS: Mapping[str, int] = {"up": _UP, "down": _DOWN}


def products_of(shop_id: UUID) -> list[PrintProduct]:
    """Return a merchant's products with their sizes, all in their order. Two queries."""
    sizes = PrintSize.objects.order_by("position", "price", "pk")
    rows = PrintProduct.objects.for_shop(shop_id).order_by("position", "name", "pk")
    return list(rows.prefetch_related(Prefetch("sizes", sizes)))


def product_of(shop_id: UUID, product_id: UUID) -> PrintProduct | None:
    """Return one product with its sizes in their order. Two queries."""
    sizes = PrintSize.objects.order_by("position", "price", "pk")
    rows = PrintProduct.objects.for_shop(shop_id).filter(pk=product_id)
    found: PrintProduct | None = rows.prefetch_related(Prefetch("sizes", sizes)).first()
    return found


def open_orders_with(size_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the unpaid orders in which each of these sizes is. One query."""
    rows = OrderLine.objects.filter(size_id__in=size_ids, order__status__in=UNPAID_STATUSES)
    counted = rows.order_by().values("size_id").annotate(orders=Count("order_id", distinct=True))
    return dict(counted.values_list("size_id", "orders"))


def locked_shop(shop_id: UUID) -> PrintShop:
    """Lock a merchant's print shop, so that what is set up in it changes one after the other.

    Raises :class:`orders.contracts.Refused` when there is none.
    """
    row = PrintShop.objects.select_for_update(of=("self",)).filter(shop_id=shop_id)
    found = row.select_related("shop").first()
    if found is None:
        raise Refused("no-print-shop", "There is no print shop yet. Open one first.")
    return found


@transaction.atomic
def add_product(*, shop_id: UUID, values: Mapping[str, Any], actor_id: UUID | None) -> PrintProduct:
    """Add a product behind the others; its address is made of its name.

    Raises :class:`orders.contracts.Refused` when there is no print shop.
    """
    locked_shop(shop_id)
    rows = PrintProduct.objects.for_shop(shop_id)
    last = rows.aggregate(last=Max("position"))["last"]
    product = PrintProduct.objects.create(
        shop_id=shop_id,
        slug=_free_slug(shop_id, values["name"]),
        position=0 if last is None else last + 1,
        **{name: values[name] for name in COLUMNS},
    )
    record(
        "orders.product.added",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="print_product",
        object_id=product.pk,
        details={"name": product.name},
    )
    return product


def _free_slug(shop_id: UUID, name: str) -> str:
    wanted = slugify(name)[: _MOST_SLUG - 4].strip("-") or "product"
    known = set(PrintProduct.objects.for_shop(shop_id).values_list("slug", flat=True))
    tried, number = wanted, 1
    while tried in known:
        number += 1
        tried = f"{wanted}-{number}"
    return tried


@transaction.atomic
def change_product(
    *, shop_id: UUID, product_id: UUID, values: Mapping[str, Any], actor_id: UUID | None
) -> PrintProduct:
    """Change what a product is called and described as, or whether it is sold; its address stays.

    Raises :class:`PrintProduct.DoesNotExist` when it is not the merchant's.
    """
    product = PrintProduct.objects.select_for_update().get(pk=product_id, shop_id=shop_id)
    amend(
        product,
        {name: values[name] for name in (*COLUMNS, "active") if name in values},
        shop_id=shop_id,
        verb="orders.product.changed",
        object_type="print_product",
        actor_id=actor_id,
    )
    return product


@transaction.atomic
def move_product(*, shop_id: UUID, product_id: UUID, step: int) -> bool:
    """Let a product change places with its neighbour; tells whether there is one."""
    locked_shop(shop_id)
    rows = PrintProduct.objects.for_shop(shop_id).order_by("position", "name", "pk")
    return reordered(list(rows), product_id, step)


_Placed = TypeVar("_Placed", PrintProduct, PrintSize)


def reordered(rows: Sequence[_Placed], pk: UUID, step: int) -> bool:
    """Let one of all rows of a list, in their order, change places; writes those that moved."""
    found = list(rows)
    place = next((place for place, row in enumerate(found) if row.pk == pk), None)
    if place is None or not 0 <= place + step < len(found):
        return False
    found.insert(place + step, found.pop(place))
    for position, row in enumerate(found):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])
    return True


def said_of(size: PrintSize) -> dict[str, Any]:
    """Return a size as the audit record keeps a new one."""
    names = ("name", "sku", "width_mm", "height_mm", "bleed_mm", "safe_mm", "dpi", "price")
    return {name: as_said(getattr(size, name)) for name in names}
