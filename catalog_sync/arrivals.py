"""What a webhook brought: one verb per kind of message, each in its caller's transaction.

All of them are safe to repeat and to run late or out of order: a version the mirror has already,
or one that is older, changes nothing.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from uuid import UUID

from connectors.shopify.api import ItemDelivery, ProductDelivery, StockGone, StockLevel
from foundation.outbound.api import park_connection
from foundation.shops.api import connection_access
from foundation.work.api import publish

from .enums import APP_REMOVED, StockCause
from .gone import bury_product, bury_unnamed_variants
from .merging import Merged, SeenPrice, Source, merge_products, merge_variants
from .models import MirrorState, Variant
from .staging import stage_levels, stage_products, stage_variants
from .stock import disconnect_level, merge_levels
from .telling import (
    look_for_unknown,
    reread_items,
    reread_products,
    tell_prices,
    tell_stock,
    tell_variants,
)

PAYLOAD_VARIANTS = 100
"""A payload holds so many variants in full and names the others (contract §8.3)."""


def product_arrived(source: Source, delivery: ProductDelivery) -> None:
    """Take in products/create or products/update.

    Every price in it is told, also one that the mirror finds stale: it may be somebody's edit
    that we wrote over (house law 2). The product's row is locked before its variants'.
    """
    product = delivery.product
    seen = {v.id: SeenPrice(v.id, v.price, v.compare_at, v.updated_at) for v in delivery.variants}
    stage_products([product])
    merged = merge_products(source)
    if merged.counts.get("gone"):
        tell_prices(source, list(seen.values()))
        return
    stage_variants(delivery.variants)
    variants = merge_variants(source)
    seen |= {each.variant_id: each for each in variants.repriced}
    tell_prices(source, list(seen.values()))
    changed = [*merged.changed, *variants.changed]
    named = {each.id for each in delivery.variants} | delivery.missing
    if _is_current(merged) and (delivery.missing or len(delivery.variants) < PAYLOAD_VARIANTS):
        changed += bury_unnamed_variants(source, product.id, sorted(named))
    tell_variants(source, changed, StockCause.WEBHOOK)
    tell_stock(source, variants.restocked, StockCause.WEBHOOK)
    again = merged.reread | variants.reread
    if delivery.missing and not merged.counts.get("older"):
        again.add(product.id)
    reread_products(source, again, StockCause.WEBHOOK)


def _is_current(merged: Merged) -> bool:
    return bool(merged.counts.keys() & {"new", "newer", "same"})


def product_gone(source: Source, product_id: int) -> None:
    """Take in products/delete."""
    tell_variants(source, bury_product(source, product_id), StockCause.WEBHOOK)
    tell_stock(source, [], StockCause.WEBHOOK)


def levels_arrived(source: Source, levels: Sequence[StockLevel]) -> None:
    """Take in inventory_levels/update or …/connect, one or many.

    A level of an item the mirror does not know is kept: the variant finds it when it arrives.
    """
    restocked: set[UUID] = set()
    contested: set[int] = set()
    unknown = False
    for each in _rounds(levels):
        stage_levels(each, {(level.item_id, None) for level in each})
        merged = merge_levels(source, cause=StockCause.WEBHOOK)
        restocked.update(merged.restocked)
        contested.update(merged.contested)
        unknown |= bool(merged.unknown)
    tell_stock(source, sorted(restocked), StockCause.WEBHOOK)
    reread_items(source, contested, StockCause.WEBHOOK)
    if unknown and _is_complete(source.connection_id):
        look_for_unknown(source)


def _rounds(levels: Sequence[StockLevel]) -> Iterator[list[StockLevel]]:
    """Split levels so that none has one place twice, the older ones first.

    A place that moved three times has three entries in its history, as if each came alone.
    """
    waiting: dict[tuple[int, int], list[StockLevel]] = {}
    for level in sorted(levels, key=lambda each: each.updated_at):
        waiting.setdefault((level.item_id, level.location_id), []).append(level)
    for number in range(max(map(len, waiting.values()), default=0)):
        yield [of_place[number] for of_place in waiting.values() if number < len(of_place)]


def _is_complete(connection_id: UUID) -> bool:
    # Before the first full sync everything is unknown, and that sync will bring it.
    return MirrorState.objects.filter(pk=connection_id, synced_at__isnull=False).exists()


def level_gone(source: Source, gone: StockGone, *, moment: dt.datetime) -> None:
    """Take in inventory_levels/disconnect; ``moment`` is when Shopify sent it (it says no time)."""
    stage_levels([], [(gone.item_id, None)])
    restocked = disconnect_level(
        source, item_id=gone.item_id, location_id=gone.location_id, moment=moment
    )
    tell_stock(source, restocked, StockCause.WEBHOOK)


def item_arrived(source: Source, item: ItemDelivery) -> None:
    """Take in inventory_items/update: where it tells something new, its product is read by id.

    A change of the cost moves no time of the variant, so no list and no glance would show it.
    """
    rows = Variant.objects.filter(
        connection_id=source.connection_id, inventory_item_id=item.item_id, deleted_at=None
    ).exclude(cost=item.cost, tracked=item.tracked)
    products = set(rows.values_list("product__vendor_id", flat=True))
    reread_products(source, products, StockCause.WEBHOOK)
    if products:
        reread_items(source, [item.item_id], StockCause.WEBHOOK)


def uninstalled(source: Source, domain: str, *, moment: dt.datetime) -> None:
    """Take in app/uninstalled: the token is dead, so the connection is parked with one alert.

    A delivery that was sent before the connection last passed its test is from an earlier life
    of the app and says nothing about this one.
    """
    tested_at = connection_access(source.connection_id).facts.get("tested_at")
    if tested_at and moment < dt.datetime.fromisoformat(tested_at):
        return
    park_connection(
        source.connection_id,
        f"The app was uninstalled from {domain}. Install it again, enter its new token under "
        "Connections and resume; the catalogue is read again then.",
    )
    # Also when it was parked already: a call may have met the dead token before this message.
    publish(APP_REMOVED, shop_id=source.shop_id, connection_id=source.connection_id)
