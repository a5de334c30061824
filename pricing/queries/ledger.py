"""Reads of the price ledger: of a shop, and of one variant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Upper

from catalog_sync.api import Selection, variants_matching
from pricing.models import AuditTrailEntry

# Entries are numbered as they are written, so times follow the numbers, but for transactions that
# overlap: an entry carries the time at which its transaction began.
OVERLAP = dt.timedelta(hours=1)
NO_VARIANT = UUID(int=0)
# Bisection over the numbers instead of an index on times: twenty probes among a million entries.
_FIRST_SINCE = """
WITH RECURSIVE halves(low, high) AS (
  SELECT coalesce(min(id), 1), coalesce(max(id), 0) + 1
  FROM pricing_audittrailentry WHERE shop_id = %(shop)s
  UNION ALL
  SELECT CASE WHEN probe.earlier THEN middle.id + 1 ELSE low END,
         CASE WHEN probe.earlier THEN high ELSE middle.id END
  FROM halves, LATERAL (SELECT (low + high) / 2 AS id) middle, LATERAL (
    SELECT e.at < %(moment)s AS earlier FROM pricing_audittrailentry e
    WHERE e.shop_id = %(shop)s AND e.id >= middle.id ORDER BY e.id LIMIT 1) probe
  WHERE low < high
)
SELECT max(low) FROM halves
"""


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the ledger is narrowed to; all of it comes from the URL.

    ``actor`` and ``job`` are ids, ``since`` and ``until`` moments; ``until`` is not included.
    """

    layer: str = ""
    cause: str = ""
    sku: str = ""
    actor: str = ""
    job: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def ledger_rows(shop_id: UUID, chosen: LedgerFilter) -> QuerySet[AuditTrailEntry]:
    """Return the shop's price changes with variant, product, job and person.

    A SKU and each end of a span of time cost a query here, so that the rows are found by an index
    however many there are.
    """
    rows: QuerySet[AuditTrailEntry] = AuditTrailEntry.objects.for_shop(shop_id)
    exact = {
        "layer": chosen.layer,
        "cause": chosen.cause,
        "actor_id": chosen.actor,
        "job_id": chosen.job,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if chosen.sku:
        rows = rows.filter(variant_id__in=_with_sku(shop_id, chosen.sku))
    if chosen.since is not None:
        first = _first_since(shop_id, chosen.since - OVERLAP)
        rows = rows.filter(pk__gte=first, at__gte=chosen.since)
    if chosen.until is not None:
        end = _first_since(shop_id, chosen.until + OVERLAP)
        rows = rows.filter(pk__lt=end, at__lt=chosen.until)
    return rows.select_related("variant__product", "job", "actor")


def _with_sku(shop_id: UUID, sku: str) -> list[UUID]:
    """Return the variants with this SKU; people type it in any case."""
    model = variants_matching(shop_id, Selection(all=True)).model
    # The index is on the upper-case form.
    rows = model.objects.for_shop(shop_id).alias(upper_sku=Upper("sku"))
    ids = list(rows.filter(upper_sku=sku.upper()).order_by().values_list("pk", flat=True)[:1_000])
    # Of no variant at all Django makes no statement, which an export could not run.
    return ids or [NO_VARIANT]


def _first_since(shop_id: UUID, moment: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SINCE, {"shop": shop_id, "moment": moment})
        number: int = cursor.fetchone()[0]
    return number


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


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest price shown in the ``days`` before a moment."""

    price: Decimal
    days: int
    before: dt.datetime


def lowest_price(
    entries: QuerySet[AuditTrailEntry], now_price: Decimal, *, before: dt.datetime, days: int = 30
) -> Lowest:
    """Return a variant's lowest price of the ``days`` that end at ``before``. One query.

    What was shown when they began counts: it is the price before their first change. Without a
    change in them, ``now_price`` held all the time.
    """
    since = before - dt.timedelta(days=days)
    shown = entries.filter(at__gte=since, at__lt=before).values_list("price_before", "price_after")
    prices = [price for pair in shown for price in pair if price is not None]
    return Lowest(min(prices, default=now_price), days, before)


def last_reduction(entries: QuerySet[AuditTrailEntry]) -> AuditTrailEntry | None:
    """Return the latest change by which the shown price of a variant fell."""
    return entries.filter(price_after__lt=F("price_before")).order_by("-pk").first()
