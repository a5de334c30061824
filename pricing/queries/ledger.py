"""Reads of the price ledger: of a shop, and of one variant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Upper

from catalog_sync.api import Selection, variants_matching
from pricing.models import AuditTrailEntry


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the ledger is narrowed to; all of it comes from the URL."""

    layer: str = ""
    cause: str = ""
    sku: str = ""


def ledger_rows(shop_id: UUID, chosen: LedgerFilter) -> QuerySet[AuditTrailEntry]:
    """Return the shop's price changes with variant, product, job and person."""
    rows: QuerySet[AuditTrailEntry] = AuditTrailEntry.objects.for_shop(shop_id)
    if chosen.layer:
        rows = rows.filter(layer=chosen.layer)
    if chosen.cause:
        rows = rows.filter(cause=chosen.cause)
    if chosen.sku:
        # The index is on the upper-case form; people type SKUs in any case.
        rows = rows.alias(upper_sku=Upper("variant__sku")).filter(upper_sku=chosen.sku.upper())
    return rows.select_related("variant__product", "job", "actor")


def of_variant(shop_id: UUID, variant_id: UUID) -> QuerySet[AuditTrailEntry]:
    """Return the price changes of one variant with job and person."""
    rows: QuerySet[AuditTrailEntry] = AuditTrailEntry.objects.for_shop(shop_id)
    return rows.filter(variant_id=variant_id).select_related("job", "actor")


def variant_or_none(shop_id: UUID, variant_id: UUID) -> Any:
    """Return a variant of the shop with its product, also one that is gone abroad."""
    living = variants_matching(shop_id, Selection(variant_ids=(variant_id,)))
    rows = living.model.objects.for_shop(shop_id).select_related("product")
    return rows.filter(pk=variant_id).first()


def of_product(shop_id: UUID, product_id: UUID) -> QuerySet[AuditTrailEntry]:
    """Return the price changes of all variants of a product."""
    return ledger_rows(shop_id, LedgerFilter()).filter(variant__product_id=product_id)


def variants_of_product(shop_id: UUID, product_id: UUID) -> Sequence[Any]:
    """Return a product's variants with the product, also those that are gone abroad."""
    model = variants_matching(shop_id, Selection(product_ids=(product_id,))).model
    rows = model.objects.for_shop(shop_id).filter(product_id=product_id)
    return list(rows.select_related("product").order_by("position", "vendor_id"))


def latest_prices(entries: QuerySet[AuditTrailEntry], *, limit: int) -> Sequence[AuditTrailEntry]:
    """Return a variant's last changes in the order they happened, for its picture."""
    return list(entries.order_by("-pk")[:limit])[::-1]
