"""Deletions: kept as history, never shown, never matched by a selection.

An id that is gone never comes back at Shopify, so a late webhook cannot revive a row; only a live
read that began after the deletion can (it was a mistake then).
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

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

_BURY_PRODUCTS: Final = """
UPDATE catalog_sync_product p SET deleted_at = now()
FROM (SELECT id FROM catalog_sync_product
      WHERE connection_id = %(connection)s AND vendor_id = ANY(%(ids)s) AND deleted_at IS NULL
      ORDER BY vendor_id FOR NO KEY UPDATE) k
WHERE p.id = k.id RETURNING p.id
"""

_BURY_ALL_OF: Final = """
UPDATE catalog_sync_variant v SET deleted_at = now()
FROM (SELECT id FROM catalog_sync_variant
      WHERE product_id = ANY(%(products)s) AND deleted_at IS NULL
      ORDER BY vendor_id FOR NO KEY UPDATE) k
WHERE v.id = k.id RETURNING v.id
"""

_BURY_VARIANTS_OF: Final = """
UPDATE catalog_sync_variant v SET deleted_at = now()
FROM (SELECT w.id FROM catalog_sync_variant w
      JOIN catalog_sync_product p ON p.id = w.product_id
      WHERE p.connection_id = %(connection)s AND p.vendor_id = %(vendor_id)s
        AND w.deleted_at IS NULL AND {condition}
      ORDER BY w.vendor_id FOR NO KEY UPDATE OF w) k
WHERE v.id = k.id RETURNING v.id
"""

_BURY_VARIANTS: Final = """
UPDATE catalog_sync_variant v SET deleted_at = now()
FROM (SELECT id FROM catalog_sync_variant
      WHERE connection_id = %(connection)s AND vendor_id = ANY(%(ids)s) AND deleted_at IS NULL
      ORDER BY vendor_id FOR NO KEY UPDATE) k
WHERE v.id = k.id RETURNING v.id
"""


def bury_product(source: Source, product_id: int) -> list[UUID]:
    """Mark a product and its variants as gone; returns those variants. Takes the vendor's id."""
    params = {**source.params(), "vendor_id": product_id, "archived": str(ProductStatus.ARCHIVED)}
    with connection.cursor() as cursor:
        cursor.execute(_BURY_PRODUCT, params)
        return _buried(cursor, _BURY_VARIANTS_OF.format(condition="true"), params)


def bury_products(source: Source, product_ids: Sequence[int]) -> tuple[int, list[UUID]]:
    """Mark products that a read by id did not find, with their variants.

    Returns how many products there were, and the variants. Ids are the vendor's.
    """
    with connection.cursor() as cursor:
        products = _buried(cursor, _BURY_PRODUCTS, {**source.params(), "ids": list(product_ids)})
        return len(products), _buried(cursor, _BURY_ALL_OF, {"products": products})


def bury_unnamed_variants(source: Source, product_id: int, named: Sequence[int]) -> list[UUID]:
    """Mark variants that the product's present version does not name any more; returns them.

    A live read names all there were when it began; a webhook's list is believed while it is the
    version of the product the mirror holds. A variant that changed since then stays.
    """
    condition = (
        "w.vendor_id <> ALL(%(named)s) AND CASE WHEN %(live)s"
        " THEN w.vendor_updated_at < %(settled)s ELSE w.vendor_updated_at < p.vendor_updated_at END"
    )
    params = {**source.params(), "vendor_id": product_id, "named": list(named)}
    with connection.cursor() as cursor:
        return _buried(cursor, _BURY_VARIANTS_OF.format(condition=condition), params)


def bury_variants(source: Source, variant_ids: Sequence[int]) -> list[UUID]:
    """Mark variants that a read by id did not find; returns them."""
    with connection.cursor() as cursor:
        return _buried(cursor, _BURY_VARIANTS, {**source.params(), "ids": list(variant_ids)})


def _buried(cursor: Any, sql: str, params: dict[str, Any]) -> list[UUID]:
    cursor.execute(sql, params)
    return [row[0] for row in cursor.fetchall()]
