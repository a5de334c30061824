"""Merge stock levels that arrived: newest wins, history is written, variants are summed again.

Who merges levels first locks the variants of the items concerned, so two locations of one item
that change at the same moment are summed one after the other and neither is lost. Verdicts and
their meaning are those of :mod:`catalog_sync.merging`.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection

from .enums import StockCause
from .merging import Source


@dataclass(slots=True)
class MergedStock:
    """What a merge of levels did; item ids are the vendor's.

    ``contested`` must be read again by id; of ``unknown`` the mirror has no variant. ``moved`` are
    the vendor's times of the levels whose quantity is another one than before.
    """

    counts: dict[str, int]
    moved: list[dt.datetime] = field(default_factory=list)
    restocked: list[UUID] = field(default_factory=list)
    contested: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)


_LOCK_VARIANTS: Final = """
SELECT 1 FROM catalog_sync_variant v
WHERE v.connection_id = %(connection)s
  AND v.inventory_item_id IN (SELECT item_id FROM arrived_item)
ORDER BY v.vendor_id FOR NO KEY UPDATE
"""

# A disconnect carries no time of its own, so its delivery's time is compared by the second. The
# quantity on hand is told by reads alone; learning it is not a change of the level.
_JUDGE: Final = """
UPDATE arrived_level a
SET old_available = CASE WHEN k.disconnected_at IS NULL THEN k.available END,
    verdict = CASE
      WHEN k.disconnected_at IS NOT NULL THEN
        CASE WHEN a.updated_at >= date_trunc('second', k.disconnected_at)
                  OR k.disconnected_at < %(settled)s THEN 'newer' ELSE 'gone' END
      WHEN a.updated_at > k.vendor_updated_at THEN 'newer'
      WHEN a.updated_at < k.vendor_updated_at THEN 'older'
      WHEN a.available IS NOT DISTINCT FROM k.available
        AND (a.on_hand IS NULL OR a.on_hand IS NOT DISTINCT FROM k.on_hand
             OR a.updated_at >= %(settled)s) THEN 'same'
      WHEN a.updated_at < %(settled)s THEN 'newer'
      ELSE 'contested'
    END
FROM (SELECT l.* FROM catalog_sync_stocklevel l
      JOIN arrived_level r ON r.item_id = l.inventory_item_id
        AND r.location_id = l.location_vendor_id
      WHERE l.connection_id = %(connection)s
      ORDER BY l.inventory_item_id, l.location_vendor_id FOR NO KEY UPDATE OF l) k
WHERE a.item_id = k.inventory_item_id AND a.location_id = k.location_vendor_id
"""

_MERGE: Final = """
WITH merged AS (
  INSERT INTO catalog_sync_stocklevel AS l (
    shop_id, connection_id, inventory_item_id, location_vendor_id, available, on_hand,
    vendor_updated_at)
  SELECT %(shop)s, %(connection)s, a.item_id, a.location_id, a.available, a.on_hand, a.updated_at
  FROM arrived_level a WHERE a.verdict IN ('new', 'newer') ORDER BY a.item_id, a.location_id
  ON CONFLICT (connection_id, inventory_item_id, location_vendor_id) DO UPDATE SET
    available = EXCLUDED.available, on_hand = EXCLUDED.on_hand,
    vendor_updated_at = EXCLUDED.vendor_updated_at, disconnected_at = NULL
  WHERE l.vendor_updated_at <= EXCLUDED.vendor_updated_at OR l.disconnected_at IS NOT NULL
  RETURNING l.inventory_item_id, l.location_vendor_id, l.available, l.vendor_updated_at
)
INSERT INTO catalog_sync_stockhistory (
  shop_id, connection_id, inventory_item_id, location_vendor_id, before, after, cause,
  vendor_updated_at)
SELECT %(shop)s, %(connection)s, m.inventory_item_id, m.location_vendor_id, a.old_available,
       m.available, %(cause)s, m.vendor_updated_at
FROM merged m JOIN arrived_level a ON a.item_id = m.inventory_item_id
  AND a.location_id = m.location_vendor_id
WHERE a.verdict = 'new' OR a.old_available IS DISTINCT FROM m.available
RETURNING vendor_updated_at
"""

# Only after reading items with all their levels: what was not among them is disconnected.
_DROP_UNSEEN: Final = """
WITH dropped AS (
  UPDATE catalog_sync_stocklevel l SET disconnected_at = %(moment)s
  WHERE l.connection_id = %(connection)s AND l.disconnected_at IS NULL
    AND l.inventory_item_id IN (SELECT item_id FROM arrived_item)
    AND l.vendor_updated_at < %(settled)s
    AND NOT EXISTS (SELECT 1 FROM arrived_level a WHERE a.item_id = l.inventory_item_id
                    AND a.location_id = l.location_vendor_id)
  RETURNING l.inventory_item_id, l.location_vendor_id, l.available
)
INSERT INTO catalog_sync_stockhistory (
  shop_id, connection_id, inventory_item_id, location_vendor_id, before, after, cause,
  vendor_updated_at)
SELECT %(shop)s, %(connection)s, inventory_item_id, location_vendor_id, available, NULL,
       %(cause)s, %(moment)s
FROM dropped
"""

_DISCONNECT: Final = """
WITH dropped AS (
  UPDATE catalog_sync_stocklevel l SET disconnected_at = %(moment)s
  WHERE l.connection_id = %(connection)s AND l.disconnected_at IS NULL
    AND l.inventory_item_id = %(item)s AND l.location_vendor_id = %(location)s
    AND l.vendor_updated_at <= %(moment)s
  RETURNING l.available
)
INSERT INTO catalog_sync_stockhistory (
  shop_id, connection_id, inventory_item_id, location_vendor_id, before, after, cause,
  vendor_updated_at)
SELECT %(shop)s, %(connection)s, %(item)s, %(location)s, available, NULL, %(cause)s, %(moment)s
FROM dropped
"""

# Null only when nothing is tracked; an item whose last location was disconnected has none left.
_SUM: Final = """
UPDATE catalog_sync_variant v SET stock = n.stock, tracked = n.tracked
FROM (
  SELECT w.id, COALESCE(i.tracked, w.tracked) AS tracked,
         CASE WHEN COALESCE(i.tracked, w.tracked) IS FALSE
                OR count(l.id) > 0 AND count(l.available) = 0 THEN NULL
              ELSE COALESCE(sum(l.available), 0) END AS stock
  FROM arrived_item i
  JOIN catalog_sync_variant w ON w.connection_id = %(connection)s
    AND w.inventory_item_id = i.item_id
  LEFT JOIN catalog_sync_stocklevel l ON l.connection_id = %(connection)s
    AND l.inventory_item_id = i.item_id AND l.disconnected_at IS NULL
  GROUP BY w.id, i.tracked, w.tracked
) n
WHERE v.id = n.id AND (v.stock, v.tracked) IS DISTINCT FROM (n.stock, n.tracked)
RETURNING v.id
"""

_TELL: Final = """
SELECT a.verdict, count(*), array_agg(DISTINCT a.item_id) FILTER (WHERE a.verdict = 'contested')
FROM arrived_level a GROUP BY a.verdict
UNION ALL
SELECT 'unknown', count(*), array_agg(i.item_id) FROM arrived_item i
WHERE NOT EXISTS (SELECT 1 FROM catalog_sync_variant v WHERE v.connection_id = %(connection)s
                  AND v.inventory_item_id = i.item_id)
"""


def merge_levels(source: Source, *, cause: StockCause, dry_run: bool = False) -> MergedStock:
    """Merge the staged levels, in the caller's transaction. ``dry_run``: judge only.

    A live read must have staged the items with all their levels: others are disconnected.
    """
    params = {**source.params(), "cause": str(cause), "moment": source.read_at}
    moved: list[dt.datetime] = []
    restocked: list[UUID] = []
    with connection.cursor() as cursor:
        if not dry_run:
            cursor.execute(_LOCK_VARIANTS, params)
        cursor.execute(_JUDGE, params)
        if not dry_run:
            cursor.execute(_MERGE, params)
            moved = [row[0] for row in cursor.fetchall()]
            if source.live:
                cursor.execute(_DROP_UNSEEN, params)
                moved += [source.read_at for _ in range(cursor.rowcount) if source.read_at]
            cursor.execute(_SUM, params)
            restocked = [row[0] for row in cursor.fetchall()]
        cursor.execute(_TELL, params)
        told = {verdict: (count, items or []) for verdict, count, items in cursor.fetchall()}
    unknown = told.pop("unknown", (0, []))[1]
    return MergedStock(
        counts={verdict: count for verdict, (count, _) in told.items()},
        moved=moved,
        restocked=restocked,
        contested=told.get("contested", (0, []))[1],
        unknown=unknown,
    )


def disconnect_level(
    source: Source, *, item_id: int, location_id: int, moment: dt.datetime
) -> list[UUID]:
    """Take an item off a location; the item must be staged. Returns the variants that moved.

    ``moment`` is when the vendor said so; a level it changed later than that stays connected.
    """
    params: dict[str, Any] = {
        **source.params(),
        "cause": str(StockCause.WEBHOOK),
        "moment": moment,
        "item": item_id,
        "location": location_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_VARIANTS, params)
        cursor.execute(_DISCONNECT, params)
        cursor.execute(_SUM, params)
        return [row[0] for row in cursor.fetchall()]
