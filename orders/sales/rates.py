"""Reads of the tables of shipping and taxes for one destination."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from orders.models import ShippingRate, TaxRate

from .totals import Goods, Rate, Tax, shipping_of


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """A way to send an order there; ``days`` are business days, at least and at most."""

    method: str
    amount: Decimal
    days_least: int
    days_most: int


def shipping_options(
    shop_id: UUID, goods: Sequence[Goods], *, country: str, province: str
) -> list[ShippingOption]:
    """Return the ways to send these goods there, the cheapest first; none when there is no way.

    For each parcel class the rate of the province counts before that of the country. A method
    that has no rate for one of the classes is no way. One query.
    """
    rows = ShippingRate.objects.for_shop(shop_id).filter(
        country=country, province__in={province, ""}
    )
    closest: dict[tuple[str, str], ShippingRate] = {}
    for row in rows.order_by("province"):
        closest[row.method, row.parcel_class] = row
    found = []
    for method in {method for method, _ in closest}:
        mine = [row for (name, _), row in closest.items() if name == method]
        try:
            amount = shipping_of(
                goods, [Rate(row.parcel_class, row.first_piece, row.each_further) for row in mine]
            )
        except LookupError:
            continue
        wanted = {each.parcel_class for each in goods}
        used = [row for row in mine if row.parcel_class in wanted]
        found.append(
            ShippingOption(
                method=method,
                amount=amount,
                days_least=max((row.days_least for row in used), default=0),
                days_most=max((row.days_most for row in used), default=0),
            )
        )
    return sorted(found, key=lambda each: (each.amount, each.days_most, each.method))


def taxes_at(shop_id: UUID, *, country: str, province: str, day: dt.date) -> list[Tax]:
    """Return the taxes on what is sent there on this day of the shop, by name. One query."""
    rows = TaxRate.objects.for_shop(shop_id).filter(
        country=country, province__in={province, ""}, valid_from__lte=day
    )
    # The newest that has begun; of one name the province's before the country's.
    newest = {row.name: row.rate for row in rows.order_by("province", "valid_from")}
    return [Tax(name, rate) for name, rate in sorted(newest.items()) if rate]
