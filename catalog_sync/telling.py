"""What the mirror tells the layers above, and what it asks itself to read again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from foundation.live.api import touch
from foundation.work.api import NewJob, enqueue_many, publish

from .enums import PRICES_SEEN, STOCK_CHANGED
from .merging import SeenPrice, Source

READ_PRODUCT: Final = "catalog.read_product"
READ_ITEM: Final = "catalog.read_item"
READ_CHANGED: Final = "catalog.read_changed"
READ_LOCATIONS: Final = "catalog.read_locations"
CHUNK: Final = 500
"""Rows of one event: a job's payload stays small whatever happened."""


def tell_prices(source: Source, seen: Sequence[SeenPrice]) -> None:
    """Publish prices that came from outside, in the caller's transaction."""
    for at in range(0, len(seen), CHUNK):
        publish(
            PRICES_SEEN,
            shop_id=source.shop_id,
            connection_id=source.connection_id,
            seen=[each.as_event() for each in seen[at : at + CHUNK]],
        )


def tell_stock(source: Source, variant_ids: Sequence[UUID]) -> None:
    """Publish whose stock moved, in the caller's transaction."""
    for at in range(0, len(variant_ids), CHUNK):
        publish(
            STOCK_CHANGED,
            shop_id=source.shop_id,
            connection_id=source.connection_id,
            variant_ids=variant_ids[at : at + CHUNK],
        )
    touch("catalog", shop_id=source.shop_id)


def reread_products(
    source: Source, product_ids: Iterable[int], *, after: datetime | None = None
) -> None:
    """Have products read by their id, once each however often it is asked for."""
    _reread(READ_PRODUCT, "product_id", source, product_ids, after)


def reread_items(source: Source, item_ids: Iterable[int], *, after: datetime | None = None) -> None:
    """Have the stock of inventory items read by their id, once each."""
    _reread(READ_ITEM, "item_id", source, item_ids, after)


def look_for_unknown(source: Source) -> None:
    """Have what changed lately read, once for each connection: it has things we do not know."""
    _once(READ_CHANGED, source)


def reread_locations(source: Source) -> None:
    """Have the shop's locations read, once for each connection."""
    _once(READ_LOCATIONS, source)


def _once(name: str, source: Source) -> None:
    enqueue_many(
        name,
        [NewJob({"connection_id": str(source.connection_id)}, str(source.connection_id))],
        shop_id=source.shop_id,
        rerun_if_running=True,
    )


def _reread(
    name: str, field: str, source: Source, ids: Iterable[int], after: datetime | None
) -> None:
    jobs = [
        NewJob(
            {"connection_id": str(source.connection_id), field: each},
            f"{source.connection_id}:{each}",
            after,
        )
        # Sorted: two transactions that ask for the same jobs must not wait for each other.
        for each in sorted(set(ids))
    ]
    enqueue_many(name, jobs, shop_id=source.shop_id, rerun_if_running=True)
