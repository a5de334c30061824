"""A shop of any size in the database alone, by set-based SQL: no vendor is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foundation.shops.models import Connection

EACH = 5

_PRODUCTS = """
INSERT INTO catalog_sync_product (id, shop_id, connection_id, vendor_id, title, handle, status,
  vendor, product_type, tags, picture_url, picture_alt, vendor_created_at, vendor_updated_at)
SELECT gen_random_uuid(), %(shop)s, %(connection)s, n, 'Product ' || n, 'product-' || n, 'active',
  (ARRAY['Maple','Birch','Cedar','Larch'])[1 + n %% 4], (ARRAY['Collar','Bowl','Bed'])[1 + n %% 3],
  ARRAY['season-' || n %% 7, 'line-' || n %% 11], '', '', now() - make_interval(days => n %% 900),
  now()
FROM generate_series(1, %(products)s) n
"""
_VARIANTS = """
INSERT INTO catalog_sync_variant (id, shop_id, connection_id, product_id, vendor_id,
  inventory_item_id, title, sku, barcode, position, price, compare_at, cost, stock, tracked, policy,
  vendor_updated_at)
SELECT gen_random_uuid(), %(shop)s, %(connection)s, p.id, p.vendor_id * 100 + k,
  p.vendor_id * 100 + k, 'Size ' || k, 'SKU-' || (p.vendor_id * 100 + k), '', k,
  10 + (p.vendor_id * 7 + k * 13) %% 9000 / 100.0, NULL,
  CASE WHEN k < 5 THEN 4 + (p.vendor_id * 3 + k) %% 3000 / 100.0 END, (p.vendor_id + k) %% 80, true,
  'deny', now()
FROM catalog_sync_product p, generate_series(1, %(each)s) k WHERE p.connection_id = %(connection)s
"""


def open_shop_with(variants: int) -> tuple[Connection, Any]:
    """Make a shop with so many variants, five to a product; returns its account and its owner."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now

    from foundation.shops.api import (  # noqa: PLC0415 -- likewise
        ConnectionKind,
        connect,
        open_shop,
    )
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise

    name = f"bench-{variants}"
    owner = User.objects.create_user(f"owner@{name}.test")
    made = connect(
        shop_id=open_shop(name=name, owner=owner).pk,
        kind=ConnectionKind.SHOPIFY,
        account=f"{name}.myshopify.com",
        secrets={"access_token": "none", "webhook_secret": "none"},
        actor_id=None,
    )
    params: dict[str, Any] = {
        "shop": made.shop_id,
        "connection": made.pk,
        "products": variants // EACH,
        "each": EACH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS, params)
        cursor.execute(_VARIANTS, params)
    return made, owner


def analyse(owner_url: str) -> None:
    """Let PostgreSQL know what is there, as autovacuum would by now."""
    import psycopg  # noqa: PLC0415 -- beside its use

    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
