"""Reads of what a shop keeps: rule sets, saved filters, locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Q, QuerySet, Value

from catalog_sync.api import InvalidSelection, Selection, variants_matching
from pricing.models import PriceLock, RuleSet, SavedFilter


@dataclass(frozen=True, slots=True)
class LockFilter:
    """What the list of locks is narrowed to; all of it comes from the URL."""

    q: str = ""
    kind: str = ""


def rule_sets(shop_id: UUID) -> QuerySet[RuleSet]:
    """Return a shop's rule sets with who saved them."""
    rows: QuerySet[RuleSet] = RuleSet.objects.for_shop(shop_id)
    return rows.select_related("saved_by")


def saved_filters(shop_id: UUID) -> QuerySet[SavedFilter]:
    """Return a shop's saved filters with who saved them."""
    rows: QuerySet[SavedFilter] = SavedFilter.objects.for_shop(shop_id)
    return rows.select_related("saved_by")


_OF_KIND = {
    "variant": Q(variant__isnull=False),
    "product": Q(product__isnull=False),
    "filter": Q(selection__isnull=False),
}


def locks_matching(shop_id: UUID, chosen: LockFilter) -> QuerySet[PriceLock]:
    """Return a shop's locks with what they are of and who set them."""
    rows: QuerySet[PriceLock] = PriceLock.objects.for_shop(shop_id)
    rows = rows.filter(_OF_KIND.get(chosen.kind, Q()))
    for word in chosen.q.split():
        rows = rows.filter(
            Q(reason__icontains=word)
            | Q(variant__sku__icontains=word)
            | Q(variant__title__icontains=word)
            | Q(variant__product__title__icontains=word)
            | Q(product__title__icontains=word)
        )
    return rows.select_related("variant__product", "product", "locked_by")


def matching_counts(shop_id: UUID, queries: Sequence[Mapping[str, Any] | None]) -> list[int | None]:
    """Return how many variants each stored selection matches now, in one query.

    None for what is no selection, or one that cannot be read any more.
    """
    counts: dict[int, int] = {}
    parts = []
    for place, query in enumerate(queries):
        try:
            rows = (
                None if query is None else variants_matching(shop_id, Selection.from_query(query))
            )
        except InvalidSelection:
            rows = None
        if rows is not None:
            counts[place] = 0
            numbered = rows.annotate(place=Value(place, output_field=IntegerField()))
            parts.append(numbered.values("place").annotate(count=Count("pk")))
    if parts:
        found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        counts |= {row["place"]: row["count"] for row in found}
    return [counts.get(place) for place in range(len(queries))]
