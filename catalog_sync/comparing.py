"""Compare a glance at the shop's variants with the mirror: what has to be read properly.

Nothing is merged here: a glance lacks the product, the inventory item and the locations. What
differs is read by id, which also settles whether the mirror moved on while the page travelled.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from .merging import Source


@dataclass(frozen=True, slots=True)
class Compared:
    """What a page of glances showed; ids are the vendor's.

    ``variants`` are unknown here or told differently (not by an older version); of ``items`` the
    total differs, or no level is known; ``missing`` are alive here and in the page's range of ids,
    but not on it.
    """

    variants: list[int]
    items: list[int]
    missing: list[int]


# What is not tracked has no quantity, whatever the vendor keeps. A variant the mirror buried a
# moment ago is on a page from before.
_DIFFERING: Final = """
SELECT * FROM (
  SELECT g.vendor_id, k.inventory_item_id,
         k.id IS NULL OR k.deleted_at < %(settled)s
           OR k.deleted_at IS NULL AND (g.updated_at > k.vendor_updated_at
             OR g.updated_at = k.vendor_updated_at
               AND (g.title, g.sku, g.barcode, g.position, g.price, g.compare_at, g.policy)
               IS DISTINCT FROM
               (k.title, k.sku, k.barcode, k.position, k.price, k.compare_at, k.policy))
           AS differs,
         k.id IS NOT NULL AND k.deleted_at IS NULL AND k.tracked IS NOT FALSE
           AND (g.told_stock IS NOT NULL AND g.told_stock IS DISTINCT FROM k.stock
             OR k.tracked AND NOT EXISTS (
               SELECT 1 FROM catalog_sync_stocklevel l WHERE l.connection_id = k.connection_id
                 AND l.inventory_item_id = k.inventory_item_id)) AS short
  FROM arrived_glance g
  LEFT JOIN catalog_sync_variant k
    ON k.connection_id = %(connection)s AND k.vendor_id = g.vendor_id) d
WHERE differs OR short
"""

_MISSING: Final = """
SELECT v.vendor_id FROM catalog_sync_variant v
WHERE v.connection_id = %(connection)s AND v.deleted_at IS NULL AND v.vendor_id > %(above)s
  AND (%(upto)s::bigint IS NULL OR v.vendor_id <= %(upto)s)
  AND NOT EXISTS (SELECT 1 FROM arrived_glance g WHERE g.vendor_id = v.vendor_id)
ORDER BY v.vendor_id
"""

_WITHOUT_LEVELS: Final = """
SELECT DISTINCT v.inventory_item_id FROM catalog_sync_variant v
WHERE v.connection_id = %(connection)s AND v.vendor_id = ANY(%(ids)s) AND v.deleted_at IS NULL
  AND v.tracked IS NOT FALSE
  AND NOT EXISTS (SELECT 1 FROM catalog_sync_stocklevel l WHERE l.connection_id = v.connection_id
                  AND l.inventory_item_id = v.inventory_item_id)
"""

_EMPTIED: Final = """
SELECT DISTINCT p.vendor_id FROM catalog_sync_variant b
JOIN catalog_sync_product p ON p.id = b.product_id AND p.deleted_at IS NULL
WHERE b.id = ANY(%(ids)s)
  AND NOT EXISTS (SELECT 1 FROM catalog_sync_variant v
                  WHERE v.product_id = p.id AND v.deleted_at IS NULL)
"""

_NEXT_ITEMS: Final = """
SELECT DISTINCT inventory_item_id FROM catalog_sync_variant
WHERE connection_id = %(connection)s AND deleted_at IS NULL AND inventory_item_id > %(after)s
ORDER BY inventory_item_id LIMIT %(most)s
"""


def compare_glances(source: Source, *, above: int, upto: int | None) -> Compared:
    """Compare the staged glances, which are all variants with ids above ``above`` up to ``upto``.

    ``upto`` None: to the end. Two queries; nothing is locked and nothing changed.
    """
    params = {**source.params(), "above": above, "upto": upto}
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, params)
        rows = cursor.fetchall()
        cursor.execute(_MISSING, params)
        missing = [row[0] for row in cursor.fetchall()]
    return Compared(
        variants=[variant for variant, _, differs, _ in rows if differs],
        items=sorted({item for _, item, _, short in rows if short}),
        missing=missing,
    )


def items_without_levels(source: Source, variant_ids: list[int]) -> list[int]:
    """Return the items of these variants (the vendor's ids) of which no level is known."""
    return _ids(_WITHOUT_LEVELS, {**source.params(), "ids": variant_ids})


def emptied_products(buried: list[UUID]) -> list[int]:
    """Return the products (the vendor's ids) that lost their last variant with these."""
    return _ids(_EMPTIED, {"ids": buried})


def next_items(connection_id: UUID, *, after: int, most: int) -> list[int]:
    """Return the next inventory items in the round, by the vendor's id."""
    return _ids(_NEXT_ITEMS, {"connection": connection_id, "after": after, "most": most})


def _ids(sql: str, params: dict[str, object]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # type: ignore[arg-type]
        return [row[0] for row in cursor.fetchall()]
