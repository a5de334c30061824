"""Deletions: kept as history, never shown, never matched by a selection.

An id that is gone never comes back at Shopify, so a late webhook cannot revive a row; only a live
read that began after the deletion can (it was a mistake then).
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from .enums import ProductStatus
from .merging import Source

# The deletion may arrive before the creation: a stone stands in its place, so that the late
# creation finds the id taken.
_BURY_PRODUCT: Final = """
INSERT INTO catalog_sync_product AS p (
  id, shop_id, connection_id, vendor_id, title, handle, status, vendor, product_type, tags,
  picture_url, picture_alt, vendor_updated_at, deleted_at)
VALUES (gen_random_uuid(), %(shop)s, %(connection)s, %(vendor_id)s, '(deleted)', '', %(archived)s,
        '', '', '{}', '', '', 'epoch', now())
ON CONFLICT (connection_id, vendor_id) DO UPDATE SET deleted_at = COALESCE(p.deleted_at, now())
"""

_BURY_VARIANTS_OF: Final = """
UPDATE catalog_sync_variant v SET deleted_at = now()
FROM (SELECT w.id FROM catalog_sync_variant w
      JOIN catalog_sync_product p ON p.id = w.product_id
      WHERE p.connection_id = %(connection)s AND p.vendor_id = %(vendor_id)s
        AND w.deleted_at IS NULL AND {condition}
      ORDER BY w.vendor_id FOR NO KEY UPDATE OF w) k
WHERE v.id = k.id
"""

_BURY_VARIANTS: Final = """
UPDATE catalog_sync_variant v SET deleted_at = now()
FROM (SELECT id FROM catalog_sync_variant
      WHERE connection_id = %(connection)s AND vendor_id = ANY(%(ids)s) AND deleted_at IS NULL
      ORDER BY vendor_id FOR NO KEY UPDATE) k
WHERE v.id = k.id
"""


def bury_product(source: Source, product_id: int) -> int:
    """Mark a product and its variants as gone; returns how many variants. Ids are the vendor's."""
    params = {**source.params(), "vendor_id": product_id, "archived": str(ProductStatus.ARCHIVED)}
    with connection.cursor() as cursor:
        cursor.execute(_BURY_PRODUCT, params)
        cursor.execute(_BURY_VARIANTS_OF.format(condition="true"), params)
        return int(cursor.rowcount)


def bury_unnamed_variants(source: Source, product_id: int, named: Sequence[int]) -> int:
    """Mark variants that the product's present version does not name any more; returns how many.

    A live read names all there were when it began; a webhook's list is believed while it is the
    version of the product the mirror holds. A variant that changed since then stays.
    """
    condition = (
        "w.vendor_id <> ALL(%(named)s) AND CASE WHEN %(live)s"
        " THEN w.vendor_updated_at < %(settled)s ELSE w.vendor_updated_at < p.vendor_updated_at END"
    )
    params = {**source.params(), "vendor_id": product_id, "named": list(named)}
    with connection.cursor() as cursor:
        cursor.execute(_BURY_VARIANTS_OF.format(condition=condition), params)
        return int(cursor.rowcount)


def bury_variants(source: Source, variant_ids: Sequence[int]) -> int:
    """Mark variants that a read by id did not find; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_BURY_VARIANTS, {**source.params(), "ids": list(variant_ids)})
        return int(cursor.rowcount)
