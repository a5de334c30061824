"""Reads of the catalogue's pages: rows of the product list, everything about one product."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet, Sum

from foundation.paging import Page, page_of

from .contracts import Selection
from .enums import StockCause
from .models import Location, Product, StockHistory, StockLevel, Variant
from .queries import variants_matching

LOW_STOCK: Final = 5
HISTORY_ROWS: Final = 2_000
_SIZE: Final = 30


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product of the list with its living variants in numbers; stock None: not tracked."""

    product: Product
    variants: int
    price_min: Decimal | None
    price_max: Decimal | None
    stock: int | None

    @property
    def stock_tone(self) -> str:
        """How urgent the stock is, as a colour's meaning."""
        if self.stock is None or self.stock > LOW_STOCK:
            return ""
        return "warn" if self.stock > 0 else "bad"


def products_matching(shop_id: UUID, selection: Selection) -> QuerySet[Product]:
    """Return the living products of a shop that have a variant the selection means."""
    rows: QuerySet[Product] = Product.objects.for_shop(shop_id).filter(deleted_at=None)
    if not selection.narrows:
        return rows
    return rows.filter(pk__in=variants_matching(shop_id, selection).values("product_id"))


def product_page(
    shop_id: UUID, selection: Selection, params: Mapping[str, str]
) -> tuple[Page[Product], list[ProductRow]]:
    """Return one page of the list by title, with its cursors. Two queries."""
    page = page_of(products_matching(shop_id, selection), params, order=("title", "pk"), size=_SIZE)
    numbers = (
        Variant.objects.filter(product__in=[each.pk for each in page.items], deleted_at=None)
        .order_by()
        .values("product_id")
        .annotate(count=Count("id"), low=Min("price"), high=Max("price"), sum=Sum("stock"))
    )
    by_product = {row["product_id"]: row for row in numbers}
    nothing: dict[str, Any] = {"count": 0, "low": None, "high": None, "sum": None}
    rows = []
    for each in page.items:
        told = by_product.get(each.pk, nothing)
        rows.append(ProductRow(each, told["count"], told["low"], told["high"], told["sum"]))
    return page, rows


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant with its quantity at each of the product's locations, in their order."""

    variant: Variant
    levels: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ProductDetail:
    """Everything the mirror knows of one product. ``series``: (time, stock over all variants)."""

    product: Product
    variants: Sequence[VariantRow]
    locations: Sequence[str]
    series: Sequence[tuple[dt.datetime, int]]
    changes: Sequence[StockHistory]


def product_detail(shop_id: UUID, product_id: UUID) -> ProductDetail | None:
    """Read one product of a shop; None for another shop's. Five queries."""
    product = (
        Product.objects.for_shop(shop_id).select_related("connection").filter(pk=product_id).first()
    )
    if product is None:
        return None
    variants = list(product.variants.filter(deleted_at=None).order_by("position", "vendor_id"))
    items = [each.inventory_item_id for each in variants]
    levels = {
        (row[0], row[1]): row[2]
        for row in StockLevel.objects.filter(
            connection_id=product.connection_id,
            inventory_item_id__in=items,
            disconnected_at=None,
        ).values_list("inventory_item_id", "location_vendor_id", "available")
    }
    names = dict(
        Location.objects.filter(connection_id=product.connection_id)
        .order_by("-active", "name")
        .values_list("vendor_id", "name")
    )
    used = {location for _, location in levels}
    places = [each for each in names if each in used] + sorted(used - names.keys())
    history = list(
        StockHistory.objects.filter(
            connection_id=product.connection_id, inventory_item_id__in=items
        ).order_by("-vendor_updated_at", "-pk")[:HISTORY_ROWS]
    )
    return ProductDetail(
        product=product,
        variants=[
            VariantRow(
                each,
                tuple(levels.get((each.inventory_item_id, place)) for place in places),
            )
            for each in variants
        ],
        locations=[names.get(place, f"Location {place}") for place in places],
        series=stock_series(levels, history),
        changes=history[:12],
    )


def variant_stock(shop_id: UUID, variant_id: UUID) -> Sequence[tuple[dt.datetime, int]]:
    """Return (time, stock over all locations) of one variant, oldest first. Three queries.

    Empty for a variant that is not the shop's, or whose stock nobody has seen move.
    """
    variant = Variant.objects.for_shop(shop_id).filter(pk=variant_id).first()
    if variant is None:
        return []
    own = {
        "connection_id": variant.connection_id,
        "inventory_item_id": variant.inventory_item_id,
    }
    levels = {
        (variant.inventory_item_id, place): quantity
        for place, quantity in StockLevel.objects.filter(**own, disconnected_at=None).values_list(
            "location_vendor_id", "available"
        )
    }
    history = StockHistory.objects.filter(**own).order_by("-vendor_updated_at", "-pk")
    return stock_series(levels, history[:HISTORY_ROWS])


def stock_series(
    levels: Mapping[tuple[int, int], int | None], history: Iterable[StockHistory]
) -> list[tuple[dt.datetime, int]]:
    """Return the sum over all levels after each change, oldest first.

    Walked backwards from what is there now, so that it ends exactly at today's stock however much
    of the history has been pruned. What a read saw for the first time is where the picture
    begins, not a change. ``history`` is newest first.
    """
    total = sum(quantity or 0 for quantity in levels.values())
    series: list[tuple[dt.datetime, int]] = []
    begins: list[dt.datetime] = []
    for change in history:
        if change.before is None and change.cause != StockCause.WEBHOOK:
            begins.append(change.seen_at)
            continue
        series.append((change.vendor_updated_at, total))
        total -= (change.after or 0) - (change.before or 0)
    if begins:
        oldest = min([*begins, *(moment for moment, _ in series)])
        series.append((oldest, total))
    series.reverse()
    return series
