"""Open a print shop, with what is in the files beside this one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from orders.contracts import Refused
from orders.models import PrintProduct, PrintShop, PrintSize, ShippingRate, TaxRate

_HERE = Path(__file__).parent
_MONEY = ("first_piece", "each_further")
_DAYS = ("days_least", "days_most")


@dataclass(frozen=True, slots=True)
class StarterWish:
    """What only the merchant knows: who sells, and where customers write to."""

    name: str
    seller_name: str
    seller_address: str
    contact_email: str
    tax_number: str = ""


def has_print_shop(shop_id: UUID) -> bool:
    """Whether a merchant has a print shop, open or closed."""
    return PrintShop.objects.for_shop(shop_id).exists()


@transaction.atomic
def open_print_shop(*, shop_id: UUID, wish: StarterWish, actor_id: UUID | None) -> PrintShop:
    """Open a merchant's print shop with a first assortment, Canadian rates and taxes.

    Raises :class:`orders.contracts.Refused` when there is one.
    """
    made, new = PrintShop.objects.get_or_create(
        shop_id=shop_id,
        defaults={
            "name": wish.name,
            "seller_name": wish.seller_name,
            "seller_address": wish.seller_address,
            "contact_email": wish.contact_email,
            "tax_number": wish.tax_number,
            "ships_to": ["CA"],
        },
    )
    if not new:
        raise Refused("is-open", f"{made.name} is there already. Change it instead.")
    _add_products(shop_id)
    _add_rates(shop_id)
    record(
        "orders.print_shop.opened",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="print_shop",
        object_id=made.pk,
    )
    return made


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Read one of the files beside this one."""
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _add_products(shop_id: UUID) -> None:
    for position, row in enumerate(rows_of("products.csv")):
        product, _ = PrintProduct.objects.get_or_create(
            shop_id=shop_id,
            slug=row["slug"],
            defaults={
                "name": row["product"],
                "kind": row["kind"],
                "material": row["material"],
                "description": row["description"],
                "position": position,
            },
        )
        PrintSize.objects.create(
            shop_id=shop_id,
            product=product,
            name=row["size"],
            sku=row["sku"],
            position=position,
            parcel_class=row["parcel_class"],
            price=Decimal(row["price"]),
            dpi=int(row["dpi"]),
            weight_grams=int(row["weight_grams"]),
            **{
                name: Decimal(row[name])
                for name in ("width_mm", "height_mm", "bleed_mm", "safe_mm")
            },
        )


def _add_rates(shop_id: UUID) -> None:
    ShippingRate.objects.bulk_create(
        ShippingRate(
            shop_id=shop_id,
            **{
                name: Decimal(value) if name in _MONEY else int(value) if name in _DAYS else value
                for name, value in row.items()
            },
        )
        for row in rows_of("shipping_rates.csv")
    )
    TaxRate.objects.bulk_create(
        TaxRate(shop_id=shop_id, **{**row, "rate": Decimal(row["rate"])})
        for row in rows_of("tax_rates.csv")
    )
