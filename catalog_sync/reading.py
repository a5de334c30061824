"""Read single things again by their id: what a webhook could not settle, or did not bring.

A read by id shows every earlier write, unlike lists and counts, which lag (contract §6). Each
verb calls abroad first and then records in one transaction under the job's fence.
"""

import datetime as dt
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from connectors.shopify.api import ItemStock, Location, StockLevel
from foundation.failures import Wait
from foundation.shops.api import connection_access
from foundation.work.api import Running

from .enums import StockCause
from .gone import bury_product, bury_unnamed_variants
from .locations import merge_locations
from .merging import SETTLED_AFTER, Source, merge_products, merge_variants
from .shopify.client import shopify_client
from .staging import stage_levels, stage_products, stage_variants
from .stock import merge_levels
from .telling import reread_products, tell_prices, tell_stock, tell_variants

LOOK_BACK: Final = dt.timedelta(hours=1)
"""How far back something unknown may have begun; beyond that the next full sync finds it."""

_LEVELS: Final = 20


def live_source(connection_id: UUID) -> Source:
    """Return the source of a read that begins now."""
    return Source(connection_access(connection_id).shop_id, connection_id, timezone.now())


def read_product(job: Running, connection_id: UUID, product_id: int, cause: StockCause) -> None:
    """Read one product with all its variants and settle them.

    Raises ``Wait`` when the second of an edit was not over yet: once more after it.
    """
    source = live_source(connection_id)
    found = shopify_client(connection_id, job=job).product(product_id)
    with transaction.atomic():
        job.fence()
        if found is None:
            tell_variants(source, bury_product(source, product_id), cause)
            tell_stock(source, [], cause)
            return
        stage_products([found.product])
        product = merge_products(source)
        stage_variants(found.variants)
        variants = merge_variants(source)
        buried = bury_unnamed_variants(source, product_id, [each.id for each in found.variants])
        tell_prices(source, variants.repriced)
        tell_variants(source, [*product.changed, *variants.changed, *buried], cause)
        tell_stock(source, variants.restocked, cause)
    if product.counts.get("contested") or variants.counts.get("contested"):
        raise _unsettled()


def read_item(job: Running, connection_id: UUID, item_id: int, cause: StockCause) -> None:
    """Read one inventory item's levels and settle them; an item that is gone has none."""
    source = live_source(connection_id)
    client = shopify_client(connection_id, job=job)
    found = client.stock_of_items([item_id], levels=_LEVELS)[item_id]
    with transaction.atomic():
        job.fence()
        if found is None:
            stage_levels([], [(item_id, None)])
        else:
            stage_levels(levels_of(found), [(item_id, found.tracked)])
        merged = merge_levels(source, cause=cause)
        tell_stock(source, merged.restocked, cause)
    if merged.contested:
        raise _unsettled()


def levels_of(item: ItemStock) -> list[StockLevel]:
    """Return an item's levels; what is not tracked has no quantity, whatever the vendor keeps."""
    if item.tracked:
        return list(item.levels)
    return [
        StockLevel(
            item_id=each.item_id,
            location_id=each.location_id,
            available=None,
            on_hand=None,
            committed=None,
            incoming=None,
            updated_at=each.updated_at,
        )
        for each in item.levels
    ]


def read_changed(job: Running, connection_id: UUID) -> None:
    """Read the variants that changed within :data:`LOOK_BACK`: one of them is new to us."""
    client = shopify_client(connection_id, job=job)
    after: str | None = None
    while True:
        source = live_source(connection_id)
        page = client.variants_changed(timezone.now() - LOOK_BACK, after)
        with transaction.atomic():
            job.fence()
            stage_variants(page.rows)
            merged = merge_variants(source)
            tell_prices(source, merged.repriced)
            # Only a webhook about something unknown asks for this.
            tell_variants(source, merged.changed, StockCause.WEBHOOK)
            tell_stock(source, merged.restocked, StockCause.WEBHOOK)
            reread_products(source, merged.reread, StockCause.WEBHOOK)
        after = page.next
        if after is None:
            return
        job.heartbeat()


def read_locations(job: Running, connection_id: UUID) -> None:
    """Read the shop's locations; one that is not there any more is inactive."""
    source = live_source(connection_id)
    found: tuple[Location, ...] = shopify_client(connection_id, job=job).locations()
    with transaction.atomic():
        job.fence()
        merge_locations(source, found)


def _unsettled() -> Wait:
    return Wait(
        seconds=SETTLED_AFTER.total_seconds(),
        why="Shopify's times have a resolution of one second, and that second is not over yet",
    )
