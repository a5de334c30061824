"""Reads about the price of one variant: what covers it, what locks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog_sync.api import Selection, variants_matching
from pricing.models import CoveredVariant, PriceLayer, PriceLock

# Filters that lock are few; more than these are not asked one by one for a page.
FILTERS_ASKED = 20


@dataclass(frozen=True, slots=True)
class Locks:
    """What locks the price of a variant: itself, its product, or filters that match it."""

    own: PriceLock | None
    product: PriceLock | None
    filters: Sequence[PriceLock]

    @property
    def any(self) -> bool:
        """Whether nothing here may write this price."""
        return bool(self.own or self.product or self.filters)


def locks_of(shop_id: UUID, variant: Any) -> Locks:
    """Return what locks a variant's price. One query, and one for each lock of a filter."""
    meant = Q(variant_id=variant.pk) | Q(product_id=variant.product_id)
    of_filter = Q(variant=None, product=None)
    rows = PriceLock.objects.for_shop(shop_id).filter(meant | of_filter)
    locks = list(rows.select_related("locked_by").order_by("locked_at", "pk"))
    filters = [lock for lock in locks if lock.variant_id is None and lock.product_id is None]
    return Locks(
        own=next((lock for lock in locks if lock.variant_id is not None), None),
        product=next((lock for lock in locks if lock.product_id is not None), None),
        filters=[lock for lock in filters[:FILTERS_ASKED] if _matches(lock, variant.pk)],
    )


def _matches(lock: PriceLock, variant_id: UUID) -> bool:
    matching = variants_matching(lock.shop_id, Selection.from_query(lock.selection or {}))
    return matching.filter(pk=variant_id).exists()


@dataclass(frozen=True, slots=True)
class Covering:
    """The merchant's own price of a covered variant, and its layers, the one on top first."""

    base_price: Decimal
    base_compare_at: Decimal | None
    layers: Sequence[PriceLayer]


def covering(variant_id: UUID) -> Covering | None:
    """Return what covers a variant; None when nothing does. Two queries."""
    row = CoveredVariant.objects.filter(variant_id=variant_id).exclude(stack=[]).first()
    if row is None:
        return None
    layers = PriceLayer.objects.filter(pk__in=row.stack)
    ordered = layers.order_by("-priority", "created_at", "-pk")
    return Covering(row.base_price, row.base_compare_at, list(ordered))
