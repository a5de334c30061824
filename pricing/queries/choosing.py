"""Reads of a new job's page: how much is meant, what is not there, what to pick from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from catalog_sync.api import Selection, Totals, variants_matching

FIRST_SHOWN: Final = 12
MOST_SHOWN: Final = 120
FEW: Final = 3
"""Products that are opened by themselves when only some of their variants match."""

MOST_OPENED: Final = 600
"""Variants listed below products; a product has up to 2,048."""


@dataclass(frozen=True, slots=True)
class PickVariant:
    """A variant to be ticked."""

    pk: UUID
    title: str
    sku: str
    price: Decimal
    stock: int | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class PickProduct:
    """A product to be ticked, which means all its variants, or to be opened."""

    pk: UUID
    title: str
    picture_url: str
    variants: int
    matching: int
    price_min: Decimal
    price_max: Decimal
    ticked: bool
    opened: bool
    kept_open: bool
    """Something in it is ticked, or the search means some of its variants: it is not closed."""
    rows: list[PickVariant] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Picker:
    """A page of what matches the search, and what is ticked but not on it."""

    products: Sequence[PickProduct]
    matching_products: int
    matching_variants: int
    other_products: Sequence[tuple[UUID, str]]
    other_variants: Sequence[tuple[UUID, str]]

    @property
    def has_more(self) -> bool:
        """Whether more matches than the page shows."""
        return self.matching_products > len(self.products) < MOST_SHOWN


def totals_of(rows: QuerySet[Any]) -> Totals:
    """Count variants and say between which prices they are. One query."""
    found = rows.aggregate(
        products=Count("product_id", distinct=True),
        variants=Count("id"),
        price_min=Min("price"),
        price_max=Max("price"),
        newest=Max("vendor_updated_at"),
    )
    return Totals(**found)


def unknown_skus(shop_id: UUID, skus: Sequence[str]) -> list[str]:
    """Return the SKUs nothing has; saying nothing of them would be taken for a price change."""
    rows = variants_matching(shop_id, Selection(skus=tuple(skus)))
    known = {sku.upper() for sku in rows.values_list("sku", flat=True)}
    return [sku for sku in skus if sku.upper() not in known]


def picker(  # noqa: PLR0913 -- what is searched, ticked and open
    shop_id: UUID,
    narrow: Selection,
    *,
    product_ids: Sequence[UUID],
    variant_ids: Sequence[UUID],
    opened: Sequence[UUID],
    shown: int,
) -> Picker:
    """Return what to pick from. Six queries at most, whatever matches and is ticked."""
    meant = narrow if narrow.narrows else Selection(all=True)
    matching = variants_matching(shop_id, meant)
    there = matching.aggregate(products=Count("product_id", distinct=True), variants=Count("id"))
    page = list(
        matching.values("product_id", "product__title", "product__picture_url")
        .annotate(matching=Count("id"))
        .order_by("product__title", "product_id")[:shown]
    )
    on_page = tuple(row["product_id"] for row in page)
    whole = {
        row["product_id"]: row
        for row in variants_matching(shop_id, Selection(product_ids=on_page))
        .values("product_id")
        .annotate(variants=Count("id"), low=Min("price"), high=Max("price"))
    }
    ticked = list(
        variants_matching(shop_id, Selection(variant_ids=tuple(variant_ids)))
        .order_by("product__title", "position", "vendor_id")
        .values_list("pk", "product_id", "product__title", "title", "sku")
    )
    few = there["products"] <= FEW
    within = {product_id for _, product_id, *_ in ticked}
    products = [
        PickProduct(
            pk=row["product_id"],
            title=row["product__title"],
            picture_url=row["product__picture_url"],
            variants=whole[row["product_id"]]["variants"],
            matching=row["matching"],
            price_min=whole[row["product_id"]]["low"],
            price_max=whole[row["product_id"]]["high"],
            ticked=row["product_id"] in product_ids,
            opened=row["product_id"] in opened,
            kept_open=row["product_id"] in within
            or (few and row["matching"] < whole[row["product_id"]]["variants"]),
        )
        for row in page
        if row["product_id"] in whole
    ]
    _open(shop_id, products, variant_ids)
    elsewhere = tuple(each for each in product_ids if each not in on_page)
    return Picker(
        products=products,
        matching_products=there["products"],
        matching_variants=there["variants"],
        other_products=list(
            variants_matching(shop_id, Selection(product_ids=elsewhere))
            .order_by("product__title", "product_id")
            .values_list("product_id", "product__title")
            .distinct()
        ),
        other_variants=[
            (pk, " ".join(part for part in (product, title, sku) if part != "Default Title"))
            for pk, product_id, product, title, sku in ticked
            if product_id not in on_page
        ],
    )


def _open(shop_id: UUID, products: Sequence[PickProduct], variant_ids: Sequence[UUID]) -> None:
    """List the variants of the products that are open."""
    opened = {each.pk: each for each in products if each.opened or each.kept_open}
    rows = variants_matching(shop_id, Selection(product_ids=tuple(opened)))
    ordered = rows.order_by("product__title", "product_id", "position", "vendor_id")
    for pk, product_id, title, sku, price, stock in ordered.values_list(
        "pk", "product_id", "title", "sku", "price", "stock"
    )[:MOST_OPENED]:
        name = "" if title == "Default Title" else title
        row = PickVariant(pk, name, sku, price, stock, ticked=pk in variant_ids)
        opened[product_id].rows.append(row)
