"""Which prices nothing here may write."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, Value

from catalog_sync.api import Selection, variants_matching

from .models import PriceLock


def locked_condition(shop_id: UUID) -> Q | None:
    """Return a condition on variants of the mirror: their price is locked. None: no lock at all.

    Locks of variants and products go by id; one of a filter follows the catalogue.
    """
    locks = PriceLock.objects.for_shop(shop_id)
    # `selection=None` would ask for JSON's null, which is not the column's.
    of_filters = locks.filter(selection__isnull=False)
    filters = [each for each in of_filters.values_list("selection", flat=True) if each is not None]
    named = locks.filter(selection__isnull=True)
    if not filters and not named.exists():
        return None
    condition = Q(pk__in=named.exclude(variant=None).values("variant_id"))
    condition |= Q(product_id__in=named.exclude(product=None).values("product_id"))
    for query in filters:
        matching = variants_matching(shop_id, Selection.from_query(query))
        condition |= Q(pk__in=matching.values("pk"))
    return condition


def as_column(condition: Q | None) -> Any:
    """Return a condition as a boolean that rows can be annotated with; None never holds."""
    if condition is None:
        return Value(value=False, output_field=BooleanField())
    return ExpressionWrapper(condition, output_field=BooleanField())


def locked_among(shop_id: UUID, variant_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these variants whose price is locked now."""
    condition = locked_condition(shop_id)
    if condition is None or not variant_ids:
        return set()
    rows = variants_matching(shop_id, Selection(variant_ids=tuple(variant_ids)))
    return set(rows.filter(condition).values_list("pk", flat=True))
