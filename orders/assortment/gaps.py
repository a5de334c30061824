"""What keeps a print shop from selling as its merchant means it: rates, taxes, prices that lack.

Reads the tables as orders do (:mod:`orders.sales.rates`), but all of them at once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from orders.models import PrintShop, PrintSize, ShippingRate, TaxRate
from orders.sales.addresses import PROVINCES

About = Literal["shop", "products", "shipping", "taxes", "payments"]
_MOST_TAX: Final = Decimal("0.25")
_CANADA: Final = "CA"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that lacks, as a sentence. ``blocks``: it keeps customers from buying."""

    about: About
    words: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows that gaps are looked for in."""

    shipping: Sequence[ShippingRate]
    taxes: Sequence[TaxRate]
    sizes: Sequence[PrintSize]


def rows_of(shop_id: UUID) -> TableRows:
    """Return a merchant's tables and the sizes that are sold. Three queries."""
    sold = PrintSize.objects.for_shop(shop_id).filter(active=True, product__active=True)
    return TableRows(
        list(ShippingRate.objects.for_shop(shop_id)),
        list(TaxRate.objects.for_shop(shop_id)),
        list(sold.select_related("product").order_by("product__position", "position")),
    )


def gaps_in(print_shop: PrintShop, rows: TableRows, *, day: dt.date) -> list[Gap]:
    """Return what lacks in the tables on a day of the shop's. Reads nothing."""
    return [
        *_in_shop(print_shop),
        *_in_products(rows.sizes),
        *shipping_gaps(print_shop.ships_to, rows),
        *tax_gaps(print_shop.ships_to, rows, day=day),
    ]


def _in_shop(print_shop: PrintShop) -> Iterator[Gap]:
    if not print_shop.open:
        words = f"Closed: customers read “{print_shop.name} takes no orders at the moment.”"
        yield Gap("shop", words, blocks=True)
    if not print_shop.ships_to:
        yield Gap("shop", "No country is chosen: nothing can be sent anywhere.", blocks=True)
    if not print_shop.tax_number:
        yield Gap("shop", "No tax number: receipts are printed without one.", blocks=False)


def _in_products(sizes: Sequence[PrintSize]) -> Iterator[Gap]:
    if not sizes:
        yield Gap("products", "No size of any product is switched on.", blocks=True)
    free = [str(size) for size in sizes if not size.price]
    if free:
        words = f"Without a price, which no card can pay: {_listed(free)}."
        yield Gap("products", words, blocks=True)


def shipping_gaps(ships_to: Iterable[str], rows: TableRows) -> Iterator[Gap]:
    """Say where a size that is sold cannot be sent to, and which rates are for nothing."""
    countries = sorted(set(ships_to))
    for parcel in sorted({size.parcel_class for size in rows.sizes}):
        # The same for every size of a class: they travel in the same parcel.
        label = next(
            size.get_parcel_class_display() for size in rows.sizes if size.parcel_class == parcel
        )
        for country in countries:
            missing = _not_reached(rows.shipping, country, parcel)
            if missing:
                where = country if missing == [""] else _listed(missing)
                words = f"No shipping rate for “{label}” to {where}: it cannot be ordered there."
                yield Gap("shipping", words, blocks=True)
    strange = sorted({row.country for row in rows.shipping} - set(countries))
    if strange:
        words = f"Rates to {_listed(strange)} are never asked for: the shop does not send there."
        yield Gap("shipping", words, blocks=False)


def _not_reached(rates: Sequence[ShippingRate], country: str, parcel: str) -> list[str]:
    """Return the provinces that no rate reaches; an empty name: the whole country."""
    mine = {row.province for row in rates if (row.country, row.parcel_class) == (country, parcel)}
    if "" in mine:
        return []
    if country != _CANADA or not mine:
        return [] if mine else [""]
    return [name for code, name in PROVINCES.items() if code not in mine]


def tax_gaps(ships_to: Iterable[str], rows: TableRows, *, day: dt.date) -> Iterator[Gap]:
    """Say where nothing is taxed, and where taxes seem to be counted twice."""
    for country in sorted(set(ships_to)):
        begun = [row for row in rows.taxes if row.country == country and row.valid_from <= day]
        if country != _CANADA:
            if not begun:
                yield Gap("taxes", f"No tax is added to orders to {country}.", blocks=False)
            continue
        without = []
        for code, name in PROVINCES.items():
            taxes = _charged(begun, code)
            if not taxes:
                without.append(name)
            elif len(taxes) > 1 and ("HST" in taxes or sum(taxes.values()) > _MOST_TAX):
                said = " and ".join(f"{each} {_percent(rate)}" for each, rate in taxes.items())
                words = f"{name}: {said} are charged on top of each other. Is that meant?"
                yield Gap("taxes", words, blocks=False)
        if without:
            words = f"No tax is set for {_listed(without)}: orders there are sold without tax."
            yield Gap("taxes", words, blocks=False)


def _charged(begun: Sequence[TaxRate], province: str) -> dict[str, Decimal]:
    rows = [row for row in begun if row.province in ("", province)]
    rows.sort(key=lambda row: (row.province, row.valid_from))
    newest = {row.name: row.rate for row in rows}
    return {name: rate for name, rate in sorted(newest.items()) if rate}


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
