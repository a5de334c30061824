"""Compare what arrived with the mirror and merge it: older never over newer, in whole sets.

Every row that arrived gets a verdict:

- ``new``: the mirror does not know it.
- ``newer``: it replaces what is there.
- ``same``: nothing to do. ``older``: a newer version is there already.
- ``contested``: the vendor's times have a resolution of one second; equal times with different
  values do not tell which is later. The caller has the product read again by its id.
- ``gone``: it was deleted, and this is an echo from before. Shopify never uses an id twice.

A **live read** settles equal times, since it was made later than whatever the mirror holds, but
only for seconds that were over when it began (:data:`SETTLED_AFTER`): within a second that was
still running, an edit, our own write included, may have come after the read.

Rows are locked before they are compared, products before variants before levels, each in the
order of vendor ids, so that two webhooks and a sync can meet without a deadlock.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection

SETTLED_AFTER: Final = dt.timedelta(seconds=3)
"""One second of resolution, two for the vendor's clock and ours to differ."""

_NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from. ``read_at``: when a live read began; None for a webhook."""

    shop_id: UUID
    connection_id: UUID
    read_at: dt.datetime | None = None

    @property
    def live(self) -> bool:
        """Whether the shop itself was asked just now."""
        return self.read_at is not None

    def params(self) -> dict[str, Any]:
        """Return what every statement of this package may name."""
        return {
            "shop": self.shop_id,
            "connection": self.connection_id,
            "live": self.live,
            "settled": self.read_at - SETTLED_AFTER if self.read_at else _NEVER,
        }


@dataclass(frozen=True, slots=True)
class SeenPrice:
    """A variant's price as it came in; ids are the vendor's.

    ``replaced``: the (price, compare-at) that the mirror had until then; None when this sight of
    it changed nothing there.
    """

    variant_id: int
    price: Decimal
    compare_at: Decimal | None
    updated_at: dt.datetime
    replaced: tuple[Decimal, Decimal | None] | None = None

    def as_event(self) -> list[Any]:
        """Return the row of ``catalog.prices_seen``: four values, six with what was replaced."""
        moment = self.updated_at.astimezone(dt.UTC).isoformat()
        row = [self.variant_id, str(self.price), _text(self.compare_at), moment]
        return row if self.replaced is None else [*row, *map(_text, self.replaced)]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


@dataclass(slots=True)
class Merged:
    """What a merge did. ``counts`` is by verdict; ids in ``reread`` are the vendor's products.

    ``changed`` are variants of which something else than price, stock and time is different.
    """

    counts: dict[str, int]
    reread: set[int] = field(default_factory=set)
    repriced: list[SeenPrice] = field(default_factory=list)
    restocked: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)


_JUDGE_PRODUCTS: Final = """
UPDATE arrived_product a
SET known = k.id,
    changed = (a.title, a.handle, a.status, a.vendor, a.product_type, a.tags)
      IS DISTINCT FROM (k.title, k.handle, k.status, k.vendor, k.product_type, k.tags),
    verdict = CASE
      WHEN k.deleted_at >= %(settled)s THEN 'gone'
      WHEN k.deleted_at IS NOT NULL THEN 'newer'
      WHEN a.updated_at > k.vendor_updated_at THEN 'newer'
      WHEN a.updated_at < k.vendor_updated_at THEN 'older'
      WHEN (a.title, a.handle, a.status, a.vendor, a.product_type, a.tags)
         = (k.title, k.handle, k.status, k.vendor, k.product_type, k.tags)
        AND (NOT %(live)s OR (a.picture_url, a.picture_alt) = (k.picture_url, k.picture_alt))
        THEN 'same'
      WHEN a.updated_at < %(settled)s THEN 'newer'
      ELSE 'contested'
    END
FROM (SELECT p.* FROM catalog_sync_product p
      JOIN arrived_product r ON r.vendor_id = p.vendor_id
      WHERE p.connection_id = %(connection)s
      ORDER BY p.vendor_id FOR NO KEY UPDATE OF p) k
WHERE a.vendor_id = k.vendor_id
"""

# Webhooks often carry no picture where the product has one, so they never take one away. The
# last condition repeats the verdict for a row that another worker inserted since we looked.
# Answers with the variants of the products that changed: a product's words are theirs too.
_MERGE_PRODUCTS: Final = """
WITH merged AS (
  INSERT INTO catalog_sync_product AS p (
    id, shop_id, connection_id, vendor_id, title, handle, status, vendor, product_type, tags,
    picture_url, picture_alt, vendor_created_at, vendor_updated_at)
  SELECT gen_random_uuid(), %(shop)s, %(connection)s, a.vendor_id, a.title, a.handle, a.status,
         a.vendor, a.product_type, a.tags, a.picture_url, a.picture_alt, a.created_at,
         a.updated_at
  FROM arrived_product a WHERE a.verdict IN ('new', 'newer') ORDER BY a.vendor_id
  ON CONFLICT (connection_id, vendor_id) DO UPDATE SET
    title = EXCLUDED.title, handle = EXCLUDED.handle, status = EXCLUDED.status,
    vendor = EXCLUDED.vendor, product_type = EXCLUDED.product_type, tags = EXCLUDED.tags,
    picture_url = CASE WHEN %(live)s OR EXCLUDED.picture_url <> '' THEN EXCLUDED.picture_url
                       ELSE p.picture_url END,
    picture_alt = CASE WHEN %(live)s OR EXCLUDED.picture_url <> '' THEN EXCLUDED.picture_alt
                       ELSE p.picture_alt END,
    vendor_created_at = EXCLUDED.vendor_created_at,
    vendor_updated_at = EXCLUDED.vendor_updated_at,
    deleted_at = NULL, seen_at = CASE WHEN %(live)s THEN now() ELSE p.seen_at END
  WHERE p.vendor_updated_at <= EXCLUDED.vendor_updated_at OR p.deleted_at < %(settled)s
  RETURNING p.id
)
SELECT v.id FROM merged m JOIN arrived_product a ON a.known = m.id AND a.changed
JOIN catalog_sync_variant v ON v.product_id = m.id AND v.deleted_at IS NULL
"""

_SEEN_PRODUCTS: Final = """
UPDATE catalog_sync_product p SET seen_at = now() FROM arrived_product a
WHERE p.id = a.known AND a.verdict IN ('same', 'older', 'contested')
"""

_COUNT_PRODUCTS: Final = """
SELECT verdict, count(*), array_agg(vendor_id) FILTER (WHERE verdict = 'contested')
FROM arrived_product GROUP BY verdict
"""

# A source that does not tell `tracked` (webhooks) does not tell the cost either.
_JUDGE_VARIANTS: Final = """
UPDATE arrived_variant a
SET known = k.id, old_price = k.price, old_compare_at = k.compare_at, old_stock = k.stock,
    changed = k.deleted_at IS NOT NULL
      OR (a.item_id, a.title, a.sku, a.barcode, a.policy)
        IS DISTINCT FROM (k.inventory_item_id, k.title, k.sku, k.barcode, k.policy)
      OR a.tracked IS NOT NULL AND (a.tracked, a.cost) IS DISTINCT FROM (k.tracked, k.cost),
    verdict = CASE
      WHEN k.deleted_at >= %(settled)s THEN 'gone'
      WHEN k.deleted_at IS NOT NULL THEN 'newer'
      WHEN a.updated_at > k.vendor_updated_at THEN 'newer'
      WHEN a.updated_at < k.vendor_updated_at THEN 'older'
      WHEN (a.item_id, a.title, a.sku, a.barcode, a.position, a.price, a.policy)
         = (k.inventory_item_id, k.title, k.sku, k.barcode, k.position, k.price, k.policy)
        AND a.compare_at IS NOT DISTINCT FROM k.compare_at
        AND (a.tracked IS NULL
             OR (a.tracked, a.cost) IS NOT DISTINCT FROM (k.tracked, k.cost))
        THEN 'same'
      WHEN a.updated_at < %(settled)s THEN 'newer'
      ELSE 'contested'
    END
FROM (SELECT v.* FROM catalog_sync_variant v
      JOIN arrived_variant r ON r.vendor_id = v.vendor_id
      WHERE v.connection_id = %(connection)s
      ORDER BY v.vendor_id FOR NO KEY UPDATE OF v) k
WHERE a.vendor_id = k.vendor_id
"""

# Stock is the sum of the levels the mirror knows; what a variant itself tells counts only until
# the first level arrives, because the two travel in different messages without an order.
_MERGE_VARIANTS: Final = """
WITH merged AS (
  INSERT INTO catalog_sync_variant AS v (
    id, shop_id, connection_id, product_id, vendor_id, inventory_item_id, title, sku, barcode,
    position, price, compare_at, cost, stock, tracked, policy, vendor_updated_at)
  SELECT gen_random_uuid(), %(shop)s, %(connection)s, p.id, a.vendor_id, a.item_id, a.title,
         a.sku, a.barcode, a.position, a.price, a.compare_at, a.cost,
         CASE WHEN a.tracked IS FALSE THEN NULL ELSE COALESCE(l.available, a.told_stock) END,
         a.tracked, a.policy, a.updated_at
  FROM arrived_variant a
  JOIN catalog_sync_product p ON p.connection_id = %(connection)s
    AND p.vendor_id = a.product_vendor_id AND p.deleted_at IS NULL
  LEFT JOIN LATERAL (
    SELECT sum(s.available) AS available FROM catalog_sync_stocklevel s
    WHERE s.connection_id = %(connection)s AND s.inventory_item_id = a.item_id
      AND s.disconnected_at IS NULL) l ON true
  WHERE a.verdict IN ('new', 'newer') ORDER BY a.vendor_id
  ON CONFLICT (connection_id, vendor_id) DO UPDATE SET
    product_id = EXCLUDED.product_id, inventory_item_id = EXCLUDED.inventory_item_id,
    title = EXCLUDED.title, sku = EXCLUDED.sku, barcode = EXCLUDED.barcode,
    position = EXCLUDED.position, price = EXCLUDED.price, compare_at = EXCLUDED.compare_at,
    cost = CASE WHEN EXCLUDED.tracked IS NULL THEN v.cost ELSE EXCLUDED.cost END,
    tracked = COALESCE(EXCLUDED.tracked, v.tracked),
    stock = CASE WHEN COALESCE(EXCLUDED.tracked, v.tracked) IS FALSE THEN NULL
                 ELSE EXCLUDED.stock END,
    policy = EXCLUDED.policy, vendor_updated_at = EXCLUDED.vendor_updated_at, deleted_at = NULL,
    seen_at = CASE WHEN %(live)s THEN now() ELSE v.seen_at END
  WHERE v.vendor_updated_at <= EXCLUDED.vendor_updated_at OR v.deleted_at < %(settled)s
  RETURNING v.id, v.vendor_id, v.price, v.compare_at, v.stock, v.vendor_updated_at
)
SELECT m.id, m.vendor_id, m.price, m.compare_at, m.vendor_updated_at, a.old_price,
       a.old_compare_at,
       a.known IS NOT NULL
         AND (m.price, m.compare_at) IS DISTINCT FROM (a.old_price, a.old_compare_at),
       a.known IS NOT NULL AND m.stock IS DISTINCT FROM a.old_stock,
       a.changed
FROM merged m JOIN arrived_variant a ON a.vendor_id = m.vendor_id
WHERE a.changed OR (m.price, m.compare_at, m.stock)
  IS DISTINCT FROM (a.old_price, a.old_compare_at, a.old_stock)
"""

_SEEN_VARIANTS: Final = """
UPDATE catalog_sync_variant v SET seen_at = now() FROM arrived_variant a
WHERE v.id = a.known AND a.verdict IN ('same', 'older', 'contested')
"""

_COUNT_VARIANTS: Final = """
SELECT a.verdict, count(*), array_agg(DISTINCT a.product_vendor_id)
         FILTER (WHERE a.verdict = 'contested' OR a.verdict = 'new' AND p.id IS NULL)
FROM arrived_variant a
LEFT JOIN catalog_sync_product p ON p.connection_id = %(connection)s
  AND p.vendor_id = a.product_vendor_id AND p.deleted_at IS NULL
GROUP BY a.verdict
"""


def merge_products(source: Source, *, dry_run: bool = False) -> Merged:
    """Merge the staged products, in the caller's transaction. ``dry_run``: judge only."""
    params = source.params()
    changed: list[UUID] = []
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE_PRODUCTS, params)
        if not dry_run:
            cursor.execute(_MERGE_PRODUCTS, params)
            changed = [row[0] for row in cursor.fetchall()]
            if source.live:
                cursor.execute(_SEEN_PRODUCTS)
        cursor.execute(_COUNT_PRODUCTS)
        merged = _counted(cursor.fetchall())
    merged.changed = changed
    return merged


def merge_variants(source: Source, *, dry_run: bool = False) -> Merged:
    """Merge the staged variants, in the caller's transaction. ``dry_run``: judge only.

    A variant whose product the mirror does not know is left out and its product is in ``reread``.
    """
    params = source.params()
    changed: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE_VARIANTS, params)
        if not dry_run:
            cursor.execute(_MERGE_VARIANTS, params)
            changed = cursor.fetchall()
            if source.live:
                cursor.execute(_SEEN_VARIANTS)
        cursor.execute(_COUNT_VARIANTS, params)
        merged = _counted(cursor.fetchall())
    merged.repriced = [
        SeenPrice(row[1], row[2], row[3], row[4], replaced=row[5:7]) for row in changed if row[7]
    ]
    merged.restocked = [row[0] for row in changed if row[8]]
    merged.changed = [row[0] for row in changed if row[9]]
    return merged


def _counted(rows: list[tuple[str, int, list[int] | None]]) -> Merged:
    return Merged(
        counts={verdict: count for verdict, count, _ in rows},
        reread={each for _, _, products in rows for each in products or ()},
    )
