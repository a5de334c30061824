"""Record what a reconciliation read by id, through the merges everything goes through.

Each function is the recording half of one step: in the caller's transaction, under its fence. It
counts what it mended and tells the layers above, with reconciliation as the cause.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from django.utils import timezone

from catalog_sync.comparing import emptied_products, items_without_levels
from catalog_sync.enums import StockCause
from catalog_sync.gone import bury_products, bury_variants
from catalog_sync.merging import Source, merge_variants
from catalog_sync.reading import levels_of
from catalog_sync.staging import stage_levels, stage_variants
from catalog_sync.stock import merge_levels
from catalog_sync.telling import (
    reread_items,
    reread_products,
    tell_prices,
    tell_stock,
    tell_variants,
)
from connectors.shopify.api import ItemStock, Variant

from .round import Round

CAUSE: Final = StockCause.RECONCILIATION


def settle_variants(source: Source, now: Round, found: Mapping[int, Variant | None]) -> None:
    """Merge variants, bury those that are gone, and have newcomers' levels read next."""
    stage_variants([each for each in found.values() if each is not None])
    merged = merge_variants(source)
    gone = bury_variants(source, [each for each, row in found.items() if row is None])
    now.count(
        variants_found=merged.counts.get("new", 0),
        prices_mended=len(merged.repriced),
        variants_buried=len(gone),
    )
    now.note_lag((each.updated_at for each in merged.repriced), timezone.now())
    tell_prices(source, merged.repriced)
    tell_variants(source, [*merged.changed, *gone], CAUSE)
    tell_stock(source, merged.restocked, CAUSE)
    reread_products(source, merged.reread, CAUSE)
    now.products += emptied_products(gone)
    now.items = sorted({*now.items, *items_without_levels(source, list(found))})


def settle_levels(
    source: Source, now: Round, found: Mapping[int, ItemStock | None], *, dry_run: bool = False
) -> None:
    """Merge the levels of items; an item that is gone has none."""
    stage_levels(
        [level for item in found.values() if item is not None for level in levels_of(item)],
        [(item_id, item.tracked if item else None) for item_id, item in found.items()],
    )
    merged = merge_levels(source, cause=CAUSE, dry_run=dry_run)
    if dry_run:
        now.count(levels_differed=merged.counts.get("new", 0) + merged.counts.get("newer", 0))
        return
    now.count(levels_mended=len(merged.moved))
    now.note_lag(merged.moved, timezone.now())
    tell_stock(source, merged.restocked, CAUSE)
    reread_items(source, merged.contested, CAUSE)


def settle_missing(source: Source, now: Round, gone: Sequence[int]) -> None:
    """Bury variants that no page named and no read by id found; look at their products next."""
    buried = bury_variants(source, gone)
    now.count(variants_buried=len(buried))
    tell_variants(source, buried, CAUSE)
    now.products += emptied_products(buried)


def settle_products(
    source: Source, now: Round, asked: Sequence[int], there: AbstractSet[int]
) -> None:
    """Bury those products that are not there any more."""
    buried, variants = bury_products(source, [each for each in asked if each not in there])
    now.count(products_buried=buried)
    tell_variants(source, variants, CAUSE)
