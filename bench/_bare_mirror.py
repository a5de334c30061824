"""The baseline of ``import``: the same pages, and COPY of the same rows into the same tables."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from catalog_sync.api import shopify_client
from connectors.shopify.api import Product, Variant
from foundation.shops.api import connection_access

_PRODUCT = (
    "id, shop_id, connection_id, vendor_id, title, handle, status, vendor, product_type, tags,"
    " picture_url, picture_alt, vendor_created_at, vendor_updated_at"
)
_VARIANT = (
    "id, shop_id, connection_id, product_id, vendor_id, inventory_item_id, title, sku, barcode,"
    " position, price, compare_at, cost, stock, tracked, policy, vendor_updated_at"
)
_LEVEL = (
    "shop_id, connection_id, inventory_item_id, location_vendor_id, available, on_hand,"
    " vendor_updated_at"
)
_HISTORY = (
    "shop_id, connection_id, inventory_item_id, location_vendor_id, before, after, cause,"
    " vendor_updated_at"
)
_LOCATION = "id, shop_id, connection_id, vendor_id, name, active, vendor_updated_at"


def copy_shop(connection_id: uuid.UUID) -> None:
    """Fill the empty tables, one page after the other; each page is committed by itself."""
    client = shopify_client(connection_id)
    owner = (connection_access(connection_id).shop_id, connection_id)
    client.counts()
    places = client.locations()
    _copy(
        "location",
        _LOCATION,
        ((uuid.uuid4(), *owner, p.id, p.name, p.active, p.updated_at) for p in places),
    )
    products: dict[int, uuid.UUID] = {}
    after: str | None = None
    while True:
        page = client.products(after)
        products |= {each.id: uuid.uuid4() for each in page.rows}
        _copy("product", _PRODUCT, (_product(products[p.id], owner, p) for p in page.rows))
        if (after := page.next) is None:
            break
    while True:
        found = client.variants(after)
        _copy("variant", _VARIANT, (_variant(products, owner, v) for v in found.rows))
        if (after := found.next) is None:
            break
    now = timezone.now()
    while True:
        stock = client.stock(after, levels=len(places))
        levels = [(item, level) for item in stock.rows for level in item.levels]
        quantities = [
            (
                *owner,
                level.item_id,
                level.location_id,
                level.available if item.tracked else None,
                level.on_hand if item.tracked else None,
                level.updated_at,
            )
            for item, level in levels
        ]
        _copy("stocklevel", _LEVEL, quantities)
        _copy("stockhistory", _HISTORY, (_history(row) for row in quantities))
        if (after := stock.next) is None:
            break
    _finish(owner, now)


def _product(own_id: uuid.UUID, owner: tuple[uuid.UUID, uuid.UUID], p: Product) -> tuple[Any, ...]:
    return (
        *(own_id, *owner, p.id, p.title, p.handle, p.status, p.vendor, p.product_type),
        *(list(p.tags), p.picture_url, p.picture_alt, p.created_at, p.updated_at),
    )


def _variant(
    products: dict[int, uuid.UUID], owner: tuple[uuid.UUID, uuid.UUID], v: Variant
) -> tuple[Any, ...]:
    return (
        *(uuid.uuid4(), *owner, products[v.product_id], v.id, v.inventory_item_id, v.title),
        *(v.sku, v.barcode, v.position, v.price, v.compare_at, v.cost),
        *(v.stock if v.tracked else None, v.tracked, v.policy, v.updated_at),
    )


def _history(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:4], None, row[4], "sync", row[6])


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY catalog_sync_{table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _finish(owner: tuple[uuid.UUID, uuid.UUID], now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_sync_mirrorstate (shop_id, connection_id, synced_at, sync_counts,"
            " subscriptions) VALUES (%s, %s, %s, '{}', '{}')",
            (*owner, now),
        )
