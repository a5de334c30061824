"""A sandbox shop of one's own, as a process, and a mirror that knows it."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import LazySettings

from catalog_sync.models import Product, Variant
from config.demo.merchant import Merchant
from config.demo.waiting import wait_until
from config.door.health import tcp_accepts
from config.door.ports import any_free
from foundation.shops.models import Connection, Shop
from tests import factories

DOMAIN = "demo-shop.myshopify.com"
TOKEN = "shpat_demo_0000000000000000000000000000"
BUCKET = 2_000
"""Points of a full bucket on the Standard plan."""


@contextmanager
def running_sandbox(state: Path, *arguments: str) -> Iterator[Merchant]:
    """Run a sandbox on a free port and give its merchant."""
    port = any_free()
    command = [sys.executable, "-m", "sandbox.shopify", "--port", str(port)]
    with (state.parent / f"{state.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own sandbox
            [*command, "--state", str(state), *arguments], stdout=log, stderr=log
        )
        try:
            wait_until(lambda: tcp_accepts(port), f"the sandbox on port {port}", seconds=30)
            yield Merchant(DOMAIN, url=f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=10)


@contextmanager
def behaving(
    sandbox: Merchant, settings: LazySettings, *, points_factor: int = 100
) -> Iterator[Merchant]:
    """Reach the sandbox by the shop's address: well-behaved, with a full bucket."""
    settings.OUTBOUND_ADDRESS_MAP = {DOMAIN: sandbox._url}
    sandbox.behave()
    sandbox.set_bucket(points_factor=points_factor, level=BUCKET * points_factor)
    yield sandbox
    sandbox.behave()


def connected(shop: Shop) -> Connection:
    """Connect a shop to its account at the sandbox."""
    return factories.shopify_connection(shop, account=DOMAIN, token=TOKEN)


def _time(row: dict[str, Any]) -> dt.datetime:
    # Shopify's API tells whole seconds.
    return dt.datetime.fromtimestamp(row["updated_ms"] // 1000, dt.UTC)


def mirror(connection: Connection, merchant: Merchant) -> None:
    """Make the mirror know the shop as it is now, without a sync."""
    products: dict[int, Product] = {}
    variants: list[Variant] = []
    common: dict[str, Any] = {
        "shop_id": connection.shop_id,
        "connection": connection,
    }
    for row in merchant.variants():
        product = products.setdefault(
            row["product_id"],
            Product(
                vendor_id=row["product_id"],
                title=str(row["product_id"]),
                status="active",
                vendor_updated_at=_time(row),
                **common,
            ),
        )
        compare = row["compare_at_price"]
        variants.append(
            Variant(
                product=product,
                vendor_id=row["id"],
                inventory_item_id=row["inventory_item_id"],
                sku=row["sku"] or "",
                price=Decimal(row["price"]),
                compare_at=None if compare is None else Decimal(compare),
                stock=row["available"],
                vendor_updated_at=_time(row),
                **common,
            )
        )
    Product.objects.bulk_create(products.values())
    Variant.objects.bulk_create(variants)
