"""What the mirror tells the layers above, and what it asks itself to read again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from foundation.live.api import touch
from foundation.work.api import NewJob, enqueue_many, publish

from .enums import PRICES_SEEN, STOCK_CHANGED, VARIANTS_CHANGED, StockCause
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


def tell_stock(source: Source, variant_ids: Sequence[UUID], cause: StockCause) -> None:
    """Publish whose stock moved, in the caller's transaction."""
    _tell(STOCK_CHANGED, source, variant_ids, cause)
    touch("catalog", shop_id=source.shop_id)


def tell_variants(source: Source, variant_ids: Iterable[UUID], cause: StockCause) -> None:
    """Publish which variants are new, gone or described differently; see ``VARIANTS_CHANGED``."""
    _tell(VARIANTS_CHANGED, source, list(dict.fromkeys(variant_ids)), cause)


def _tell(event: str, source: Source, variant_ids: Sequence[UUID], cause: StockCause) -> None:
    for at in range(0, len(variant_ids), CHUNK):
        publish(
            event,
            shop_id=source.shop_id,
            connection_id=source.connection_id,
            variant_ids=variant_ids[at : at + CHUNK],
            cause=str(cause),
        )


def reread_products(
    source: Source, product_ids: Iterable[int], cause: StockCause, *, after: datetime | None = None
) -> None:
    """Have products read by their id, once each however often it is asked for.

    ``cause`` is what brought up the question; what the read finds is told with it.
    """
    _reread(READ_PRODUCT, "product_id", source, product_ids, cause, after)


def reread_items(
    source: Source, item_ids: Iterable[int], cause: StockCause, *, after: datetime | None = None
) -> None:
    """Have the stock of inventory items read by their id, once each."""
    _reread(READ_ITEM, "item_id", source, item_ids, cause, after)


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


def _reread(  # noqa: PLR0913, PLR0917 -- private: the two verbs above name what they pass on
    name: str,
    field: str,
    source: Source,
    ids: Iterable[int],
    cause: StockCause,
    after: datetime | None,
) -> None:
    jobs = [
        NewJob(
            {"connection_id": str(source.connection_id), field: each, "cause": str(cause)},
            f"{source.connection_id}:{each}",
            after,
        )
        # Sorted: two transactions that ask for the same jobs must not wait for each other.
        for each in sorted(set(ids))
    ]
    enqueue_many(name, jobs, shop_id=source.shop_id, rerun_if_running=True)
