"""Verbs on sizes: add, change, order, switch on and off.

A changed specification is for what is finalised from then on: versions keep the one that they
were frozen with. A changed price is for orders that are not paid yet.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from foundation.audit.api import record
from orders.contracts import Refused
from orders.models import PrintProduct, PrintSize

from .amending import amend
from .products import locked_shop, reordered, said_of

SPECIFICATION = ("width_mm", "height_mm", "bleed_mm", "safe_mm", "dpi")
COLUMNS = (*SPECIFICATION, "name", "sku", "price", "weight_grams", "parcel_class")


def size_of(shop_id: UUID, size_id: UUID) -> PrintSize | None:
    """Return one size with its product. One query."""
    rows = PrintSize.objects.for_shop(shop_id).filter(pk=size_id)
    found: PrintSize | None = rows.select_related("product").first()
    return found


def add_size(
    *, product: PrintProduct, values: Mapping[str, Any], actor_id: UUID | None
) -> PrintSize:
    """Add a size behind the others of its product.

    Raises :class:`orders.contracts.Refused` when the SKU is another's.
    """
    try:
        with transaction.atomic():
            locked_shop(product.shop_id)
            last = PrintSize.objects.filter(product=product).aggregate(last=Max("position"))["last"]
            size = PrintSize.objects.create(
                shop_id=product.shop_id,
                product=product,
                position=0 if last is None else last + 1,
                **{name: values[name] for name in COLUMNS},
            )
            record(
                "orders.size.added",
                shop_id=product.shop_id,
                actor_id=actor_id,
                object_type="print_size",
                object_id=size.pk,
                details=said_of(size),
            )
    except IntegrityError as error:
        raise _refusal(error, values) from error
    return size


def change_size(
    *, shop_id: UUID, size_id: UUID, values: Mapping[str, Any], actor_id: UUID | None
) -> dict[str, list[Any]]:
    """Change a size, or whether it is sold; returns what was and is by column.

    A change of price is an event of its own, so that it is found among the others. Raises
    :class:`PrintSize.DoesNotExist` when it is not the merchant's, and
    :class:`orders.contracts.Refused` when the SKU is another's.
    """
    try:
        with transaction.atomic():
            size = PrintSize.objects.select_for_update().get(pk=size_id, shop_id=shop_id)
            common: dict[str, Any] = {
                "shop_id": shop_id,
                "object_type": "print_size",
                "actor_id": actor_id,
            }
            price = {"price": values["price"]} if "price" in values else {}
            others = {
                name: values[name]
                for name in (*COLUMNS, "active")
                if name in values and name != "price"
            }
            return {
                **amend(size, price, verb="orders.size.repriced", **common),
                **amend(size, others, verb="orders.size.changed", **common),
            }
    except IntegrityError as error:
        raise _refusal(error, values) from error


def _refusal(error: IntegrityError, values: Mapping[str, Any]) -> Exception:
    if "print_size_sku_unique" not in str(error):
        return error
    return Refused(
        "sku-taken",
        f"Another size has the SKU {values.get('sku')}. Give each a SKU of its own.",
    )


@transaction.atomic
def move_size(*, shop_id: UUID, size_id: UUID, step: int) -> bool:
    """Let a size change places with its neighbour; tells whether there is one."""
    locked_shop(shop_id)
    size = PrintSize.objects.for_shop(shop_id).filter(pk=size_id).first()
    if size is None:
        return False
    rows = PrintSize.objects.filter(product_id=size.product_id).order_by("position", "price", "pk")
    return reordered(list(rows), size_id, step)
