"""Reads about the price of one variant: what covers it, what locks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog_sync.api import Selection, variants_matching
from pricing.models import CoveredVariant, PriceLock

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


def covering(variant_id: UUID) -> CoveredVariant | None:
    """Return the campaign's layer over a variant, with the merchant's own price."""
    rows = CoveredVariant.objects.filter(variant_id=variant_id)
    return rows.select_related("layer").first()
