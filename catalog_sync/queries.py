"""Reads of the mirror behind the wall between tenants: which variants a selection means."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Cast, Upper

from .contracts import Facets, FacetValue, Selection, Totals
from .enums import ProductStatus
from .letters import upper
from .matching import SelectionFacts
from .models import Location, StockLevel, Variant

FACET_VALUES: Final = 12
"""Values shown of each facet, the largest first."""

MOST_OF_ONE_SKU: Final = 1_000
"""Variants taken for one SKU; shops give one to a handful, if to more than one at all."""

_SEARCHED: Final = ("title", "sku", "barcode", "product__title", "product__vendor")


CATALOGUE_ORDER = ("product__vendor_id", "position", "vendor_id")
"""Variants as the shop lists them: product by product, each in its own order."""


def variants_matching(shop_id: UUID, selection: Selection) -> QuerySet[Variant]:
    """Return the living variants of one shop that a selection means; see :class:`Selection`.

    Ids of another shop never match. The order is not set: callers that page or insert say theirs.
    """
    rows: QuerySet[Variant] = Variant.objects.for_shop(shop_id).filter(
        deleted_at=None, product__deleted_at=None
    )
    if selection.is_empty:
        return rows.none()
    return rows.alias(upper_sku=Upper("sku")).filter(_condition(selection)).order_by()


def variants_found(shop_id: UUID, text: str) -> QuerySet[Variant]:
    """Return the variants of a shop that a person means by ``text``, those gone abroad too.

    What has exactly this SKU, in any case; where nothing has, what all words occur in. The first
    question is put here, so that looking for a SKU stays an index probe whatever joins it.
    """
    rows: QuerySet[Variant] = Variant.objects.for_shop(shop_id).order_by()
    by_sku = rows.alias(upper_sku=Upper("sku")).filter(upper_sku=upper(text.strip()))
    ids = list(by_sku.values_list("pk", flat=True)[:MOST_OF_ONE_SKU]) if text.strip() else []
    return rows.filter(pk__in=ids) if ids else rows.filter(_words(text))


def selection_facts(shop_id: UUID, variant_ids: Iterable[UUID]) -> list[SelectionFacts]:
    """Read what selections can ask of these variants, those gone abroad too. One query.

    Ids of another shop are left out. The order is not that of the ids.
    """
    rows = Variant.objects.for_shop(shop_id).filter(pk__in=list(variant_ids)).order_by()
    own = ("pk", "product_id", "deleted_at", "product__deleted_at", "stock", "price")
    texts = ("product__vendor", "product__product_type", "product__status", "product__tags")
    return [
        SelectionFacts(
            variant_id=row[0],
            product_id=row[1],
            gone=row[2] is not None or row[3] is not None,
            searched=upper("\n".join(row[10:])),
            sku=upper(row[11]),
            vendor=row[6],
            product_type=row[7],
            status=row[8],
            tags=frozenset(row[9]),
            stock=row[4],
            price=row[5],
        )
        for row in rows.values_list(*own, *texts, *_SEARCHED)
    ]


def with_levels(rows: QuerySet[Variant]) -> QuerySet[Variant]:
    """Annotate ``levels``: what is available at each location, {location's vendor id: pieces}.

    Keys are strings, as in all JSON; None for a variant without levels. Locations whose quantity
    is not known are left out.
    """
    here = StockLevel.objects.filter(
        connection_id=OuterRef("connection_id"),
        inventory_item_id=OuterRef("inventory_item_id"),
        disconnected_at=None,
        available__isnull=False,
    ).order_by()
    told: Func = Func(
        Cast("location_vendor_id", CharField()),
        F("available"),
        function="jsonb_object_agg",
        output_field=JSONField(),
    )
    return rows.annotate(levels=Subquery(here.annotate(told=told).values("told")[:1]))


def location_names(shop_id: UUID) -> dict[int, str]:
    """Return the names of a shop's places that hold stock, by the vendor's id. One query."""
    rows = Location.objects.for_shop(shop_id).filter(active=True).order_by("name", "vendor_id")
    return dict(rows.values_list("vendor_id", "name"))


def _condition(selection: Selection) -> Q:
    condition = _words(selection.text)
    exact = {
        "product__vendor": selection.vendor,
        "product__product_type": selection.product_type,
        "product__status": selection.status,
    }
    condition &= Q(**{column: value for column, value in exact.items() if value})
    if selection.tag:
        condition &= Q(product__tags__contains=[selection.tag])
    bounds = {
        "stock__gte": selection.stock_min,
        "stock__lte": selection.stock_max,
        "price__gte": selection.price_min,
        "price__lte": selection.price_max,
    }
    condition &= Q(**{bound: value for bound, value in bounds.items() if value is not None})
    return condition & _chosen(selection)


def _words(text: str) -> Q:
    condition = Q()
    for word in text.split():
        found = Q()
        for column in _SEARCHED:
            found |= Q(**{f"{column}__icontains": word})
        condition &= found
    return condition


def _chosen(selection: Selection) -> Q:
    chosen = Q()
    if selection.variant_ids:
        chosen |= Q(pk__in=selection.variant_ids)
    if selection.product_ids:
        chosen |= Q(product_id__in=selection.product_ids)
    if selection.skus:
        # People type SKUs in any case; the index is on the upper-case form.
        chosen |= Q(upper_sku__in=[upper(sku) for sku in selection.skus])
    return chosen


def totals(shop_id: UUID, selection: Selection) -> Totals:
    """Count what a selection matches. One query."""
    found = variants_matching(shop_id, selection).aggregate(
        products=Count("product_id", distinct=True),
        variants=Count("id"),
        price_min=Min("price"),
        price_max=Max("price"),
        newest=Max("vendor_updated_at"),
    )
    return Totals(**found)


def facets(shop_id: UUID, selection: Selection) -> Facets:
    """Return what a selection can be narrowed by, with counts. Four queries.

    Each facet is counted as if it were not chosen itself, so that its other values stay in sight.
    An empty selection is counted as everything: nothing has been chosen yet.
    """
    tags: Func = Func("product__tags", function="unnest", output_field=TextField())
    return Facets(
        status=tuple(
            FacetValue(each.value, ProductStatus(each.value).label, each.products, each.variants)
            for each in _facet(shop_id, selection, "status", F("product__status"))
        ),
        vendor=_facet(shop_id, selection, "vendor", F("product__vendor")),
        product_type=_facet(shop_id, selection, "product_type", F("product__product_type")),
        tag=_facet(shop_id, selection, "tag", tags),
    )


def _facet(
    shop_id: UUID, selection: Selection, field: str, source: F | Func
) -> tuple[FacetValue, ...]:
    others = selection.without(field)
    if not others.narrows:
        others = Selection(all=True)
    # One more than is shown: products that have no value make a group too, and it is dropped here
    # because SQL has no place for a condition on unnest().
    counted = (
        variants_matching(shop_id, others)
        .values(value=source)
        .annotate(products=Count("product_id", distinct=True), variants=Count("id"))
        .order_by("-products", "value")[: FACET_VALUES + 1]
    )
    return tuple(
        FacetValue(row["value"], row["value"], row["products"], row["variants"])
        for row in counted
        if row["value"]
    )[:FACET_VALUES]
