"""What arrived, in temporary tables of the session, before any of it is compared or merged.

Rows come in by COPY, unprotected: no index, no constraint, no WAL. The tables live as long as the
session, are emptied at every commit and hold one page or one webhook at a time, so memory does
not grow with the catalogue.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from connectors.shopify.api import Product, StockLevel, Variant, VariantGlance

# `known`, `old_…`, `changed` and `verdict` are filled in by merging.py.
_CREATE: Final = """
CREATE TEMP TABLE IF NOT EXISTS arrived_product (
  vendor_id bigint, title text, handle text, status text, vendor text, product_type text,
  tags text[], picture_url text, picture_alt text, created_at timestamptz, updated_at timestamptz,
  known uuid, changed boolean DEFAULT false, verdict text DEFAULT 'new'
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS arrived_variant (
  vendor_id bigint, product_vendor_id bigint, item_id bigint, title text, sku text, barcode text,
  position int, price numeric(20,2), compare_at numeric(20,2), told_stock int, policy text,
  tracked boolean, cost numeric(20,2), updated_at timestamptz,
  known uuid, old_price numeric(20,2), old_compare_at numeric(20,2), old_stock int,
  changed boolean DEFAULT true, verdict text DEFAULT 'new'
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS arrived_level (
  item_id bigint, location_id bigint, available int, on_hand int, updated_at timestamptz,
  old_available int, verdict text DEFAULT 'new'
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS arrived_item (
  item_id bigint, tracked boolean
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS arrived_glance (
  vendor_id bigint, title text, sku text, barcode text, position int, price numeric(20,2),
  compare_at numeric(20,2), told_stock int, policy text, updated_at timestamptz
) ON COMMIT DELETE ROWS;
DELETE FROM arrived_product; DELETE FROM arrived_variant;
DELETE FROM arrived_level; DELETE FROM arrived_item; DELETE FROM arrived_glance;
"""

_PRODUCT: Final = (
    "COPY arrived_product (vendor_id, title, handle, status, vendor, product_type, tags,"
    " picture_url, picture_alt, created_at, updated_at) FROM STDIN"
)
_VARIANT: Final = (
    "COPY arrived_variant (vendor_id, product_vendor_id, item_id, title, sku, barcode, position,"
    " price, compare_at, told_stock, policy, tracked, cost, updated_at) FROM STDIN"
)
_LEVEL: Final = (
    "COPY arrived_level (item_id, location_id, available, on_hand, updated_at) FROM STDIN"
)
_GLANCE: Final = (
    "COPY arrived_glance (vendor_id, title, sku, barcode, position, price, compare_at, told_stock,"
    " policy, updated_at) FROM STDIN"
)
_ITEM: Final = "COPY arrived_item (item_id, tracked) FROM STDIN"


def stage_products(products: Sequence[Product]) -> None:
    """Put products into empty staging; a list that shifted while paged may name one twice."""
    _stage(
        _PRODUCT,
        (
            (
                *(each.id, each.title, each.handle, each.status, each.vendor, each.product_type),
                *(list(each.tags), each.picture_url, each.picture_alt),
                *(each.created_at, each.updated_at),
            )
            for each in {each.id: each for each in products}.values()
        ),
    )


def stage_variants(variants: Sequence[Variant]) -> None:
    """Put variants into empty staging."""
    _stage(
        _VARIANT,
        (
            (
                *(each.id, each.product_id, each.inventory_item_id, each.title, each.sku),
                *(each.barcode, each.position, each.price, each.compare_at, each.stock),
                *(each.policy, each.tracked, each.cost, each.updated_at),
            )
            for each in {each.id: each for each in variants}.values()
        ),
    )


def stage_glances(glances: Sequence[VariantGlance]) -> None:
    """Put variants without their product and item into empty staging."""
    _stage(
        _GLANCE,
        (
            (
                *(each.id, each.title, each.sku, each.barcode, each.position, each.price),
                *(each.compare_at, each.stock, each.policy, each.updated_at),
            )
            for each in {each.id: each for each in glances}.values()
        ),
    )


def stage_levels(levels: Sequence[StockLevel], items: Iterable[tuple[int, bool | None]]) -> None:
    """Put stock levels and the items they belong to into empty staging.

    ``items`` are (item id, tracked); tracked is None where the source does not tell it.
    """
    _stage(
        _LEVEL,
        (
            (each.item_id, each.location_id, each.available, each.on_hand, each.updated_at)
            for each in {(each.item_id, each.location_id): each for each in levels}.values()
        ),
    )
    _copy(_ITEM, dict(items).items())


def _stage(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    if not connection.in_atomic_block:
        # Each statement would be its own commit: what arrived would be gone before it is merged,
        # and nothing would say so.
        message = "staging outside a transaction: what arrives is staged and merged in one"
        raise RuntimeError(message)
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
    _copy(sql, rows)


def _copy(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)
