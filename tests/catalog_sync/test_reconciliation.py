"""What no webhook told is found by comparing, mended by the usual merges, told with its cause."""

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.utils import timezone

from catalog_sync.api import last_reconciliations
from catalog_sync.models import (
    Location,
    MirrorState,
    Product,
    StockHistory,
    StockLevel,
    Variant,
)
from config.demo.merchant import Merchant
from connectors.shopify import documents
from connectors.shopify.costs import requested
from foundation.shops.models import Connection
from foundation.work.models import Job

from .comparing import here, reconcile, there
from .conftest import Heard

pytestmark = pytest.mark.django_db(transaction=True)


def told(heard: Heard, event: str) -> list[tuple[list[str], str]]:
    return [
        (sorted(payload["variant_ids"]), payload["cause"])
        for name, payload in heard
        if name == event
    ]


# --- nothing differs ---------------------------------------------------------------------------


def test_a_mirror_that_is_right_stays_as_it_is(
    connection: Connection, synced: Merchant, everything: int, heard: Heard
) -> None:
    rows = list(Variant.objects.order_by("pk").values())
    history = StockHistory.objects.count()
    run = reconcile(connection)

    assert run.counts == {"variants_compared": everything, "items_rotated": everything}
    assert (run.lag, run.kind, heard) == (None, "comparison", [])
    assert run.finished_at is not None
    assert list(Variant.objects.order_by("pk").values()) == rows
    assert StockHistory.objects.count() == history
    assert Job.objects.filter(name__startswith="catalog.read_").count() == 0
    assert last_reconciliations(connection.shop_id)[connection.pk].mended == 0
    assert synced.shop == connection.account


def test_it_costs_what_was_reckoned(connection: Connection, synced: Merchant) -> None:
    """50,000 variants are 2,600 points; this shop is measured at the vendor's own meter."""
    reconcile(connection)
    before = synced.bucket()
    run = reconcile(connection)
    after = synced.bucket()

    pages, levels = 13 * 2, 9 * 2
    assert after["requested"] - before["requested"] == 16 + 9 + 46 + pages + levels
    assert run.points == after["spent"] - before["spent"]
    assert -(-50_000 // 250) * requested(documents.VARIANT_PAGE_FLAT, {}) == 2_600


# --- stock -------------------------------------------------------------------------------------


def test_a_lost_sale_is_found_by_its_total(
    connection: Connection,
    synced: Merchant,
    variant: Variant,
    everything: int,
    heard: Heard,
    settings: LazySettings,
) -> None:
    settings.CATALOG_LEVELS_PER_RECONCILIATION = 0
    synced.sell(variant.vendor_id, 3)
    run = reconcile(connection)

    assert here() == there(connection)
    assert (run.counts["totals_differed"], run.counts["levels_mended"]) == (1, 1)
    assert told(heard, "catalog.stock_changed") == [([str(variant.pk)], "reconciliation")]
    latest = StockHistory.objects.latest("pk")
    assert (latest.cause, (latest.before or 0) - (latest.after or 0)) == ("reconciliation", 3)
    assert run.lag is not None
    assert dt.timedelta() <= run.lag < dt.timedelta(minutes=1)
    assert "items_rotated" not in run.counts
    assert reconcile(connection).counts == {"variants_compared": everything}


def transfer(merchant: Merchant, variant: Variant) -> None:
    """Move pieces to another location: the total stays."""
    full = StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).latest(
        "available"
    )
    other = Location.objects.exclude(vendor_id=full.location_vendor_id).earliest("vendor_id")
    merchant.act(
        "transfer",
        variant_id=variant.vendor_id,
        quantity=2,
        **{"from": full.location_vendor_id, "to": other.vendor_id},
    )


def test_a_transfer_is_found_in_rotation(
    connection: Connection, synced: Merchant, variant: Variant
) -> None:
    stock = variant.stock
    transfer(synced, variant)
    run = reconcile(connection)

    assert here() == there(connection)
    assert ("totals_differed" in run.counts, run.counts["levels_mended"]) == (False, 2)
    variant.refresh_from_db()
    assert variant.stock == stock


def test_the_rotation_comes_round(
    connection: Connection, synced: Merchant, settings: LazySettings
) -> None:
    """One hundred a time: all of some 300 have been looked at after the fourth run."""
    settings.CATALOG_LEVELS_PER_RECONCILIATION = 100
    items = list(
        Variant.objects.order_by("inventory_item_id").values_list("inventory_item_id", flat=True)
    )
    last = Variant.objects.filter(tracked=True, stock__gt=8).latest("inventory_item_id")
    position = items.index(last.inventory_item_id)
    transfer(synced, last)
    cursors, found = [], []
    for _ in range(4):
        run = reconcile(connection)
        cursors.append(MirrorState.objects.get().levels_after)
        found.append(run.counts.get("levels_mended", 0))

    assert cursors == [items[99], items[199], items[299], items[400 - len(items) - 1]]
    assert found == [2 if position // 100 == number else 0 for number in range(4)]


def test_what_became_tracked_is_noticed(connection: Connection, synced: Merchant) -> None:
    variant = Variant.objects.filter(tracked=True, stock__gt=0).earliest("vendor_id")
    stock = variant.stock
    Variant.objects.filter(pk=variant.pk).update(tracked=False, stock=None)
    reconcile(connection)

    variant.refresh_from_db()
    assert (variant.tracked, variant.stock, synced.shop) == (True, stock, connection.account)


# --- prices and descriptions -------------------------------------------------------------------


def test_a_lost_price_is_found_and_told(
    connection: Connection, synced: Merchant, variant: Variant, heard: Heard
) -> None:
    before = (str(variant.price), None if variant.compare_at is None else str(variant.compare_at))
    synced.edit([(variant.vendor_id, Decimal("55.55"))])
    run = reconcile(connection)

    variant.refresh_from_db()
    assert (variant.price, run.counts["prices_mended"]) == (Decimal("55.55"), 1)
    [(_, payload)] = [each for each in heard if each[0] == "catalog.prices_seen"]
    [row] = payload["seen"]
    assert (row[0], row[1], tuple(row[4:])) == (variant.vendor_id, "55.55", before)
    assert told(heard, "catalog.variants_changed") == []


def test_what_the_mirror_knows_better_is_left_alone(
    connection: Connection, variant: Variant
) -> None:
    """A page is older than a webhook that overtook it, or than our own write."""
    newer = timezone.now() + dt.timedelta(days=1)
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("1.23"), vendor_updated_at=newer)
    StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).update(
        available=1, vendor_updated_at=newer
    )
    Variant.objects.filter(pk=variant.pk).update(
        stock=StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).count()
    )
    variant.refresh_from_db()
    known = (variant.price, variant.stock, variant.vendor_updated_at)
    run = reconcile(connection)

    variant.refresh_from_db()
    assert (variant.price, variant.stock, variant.vendor_updated_at) == known
    assert "levels_mended" not in run.counts
    assert "prices_mended" not in run.counts


def test_a_lost_description_is_found_in_the_window(
    connection: Connection, synced: Merchant, variant: Variant, heard: Heard
) -> None:
    product = variant.product
    title = product.title
    # An order moves the product's time, as any edit does.
    synced.sell(variant.vendor_id)
    Product.objects.filter(pk=product.pk).update(title="Lost")
    run = reconcile(connection)

    product.refresh_from_db()
    assert (product.title, run.counts["products_changed"]) == (title, 1)
    pks = product.variants.values_list("pk", flat=True)
    assert told(heard, "catalog.variants_changed") == [(sorted(map(str, pks)), "reconciliation")]


@pytest.mark.usefixtures("synced")
def test_a_lost_word_of_a_variant_is_found(connection: Connection, variant: Variant) -> None:
    Variant.objects.filter(pk=variant.pk).update(sku="LOST", title="Lost", cost=Decimal("0.01"))
    before = variant.sku, variant.title, variant.cost
    reconcile(connection)

    variant.refresh_from_db()
    assert (variant.sku, variant.title, variant.cost) == before


# --- what is new, what is gone -----------------------------------------------------------------


def test_what_is_unknown_is_found_with_its_levels(
    connection: Connection, synced: Merchant, variant: Variant, heard: Heard
) -> None:
    whole = here()
    vendor_id, item = variant.vendor_id, variant.inventory_item_id
    Variant.objects.filter(pk=variant.pk).delete()
    StockLevel.objects.filter(inventory_item_id=item).delete()
    run = reconcile(connection)

    found = Variant.objects.get(vendor_id=vendor_id)
    assert (found.stock, here()) == (variant.stock, whole)
    assert (run.counts["variants_found"], synced.shop) == (1, connection.account)
    assert told(heard, "catalog.variants_changed") == [([str(found.pk)], "reconciliation")]


@pytest.mark.usefixtures("synced")
def test_an_unknown_product_is_read_whole(
    connection: Connection, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the window of changes does not show it yet, or not any more."""
    monkeypatch.setattr("catalog_sync.reconciliations.OVERLAP", dt.timedelta())
    product = variant.product
    ids = set(product.variants.values_list("vendor_id", flat=True))
    items = list(product.variants.values_list("inventory_item_id", flat=True))
    whole = here()
    StockLevel.objects.filter(inventory_item_id__in=items).delete()
    product.variants.all().delete()
    product.delete()
    reconcile(connection)
    job = Job.objects.get(name="catalog.read_product")
    # Its levels come with the next comparison.
    reconcile(connection)

    assert (
        set(
            Variant.objects.filter(product__vendor_id=product.vendor_id).values_list(
                "vendor_id", flat=True
            )
        )
        == ids
    )
    assert (job.payload["cause"], here()) == ("reconciliation", whole)


def test_what_is_gone_is_buried(connection: Connection, synced: Merchant, heard: Heard) -> None:
    """A product in the middle of the pages, and the very last one."""
    products = list(Product.objects.order_by("vendor_id"))
    gone = [products[7], products[-1]]
    for each in gone:
        synced.act("delete-product", product_id=each.vendor_id)
    try:
        run = reconcile(connection)
    finally:
        pks = {str(pk) for each in gone for pk in each.variants.values_list("pk", flat=True)}

    assert Variant.objects.filter(deleted_at__isnull=False).count() == 16
    assert set(Product.objects.filter(deleted_at__isnull=False)) == set(gone)
    assert (run.counts["variants_buried"], run.counts["products_buried"]) == (16, 2)
    assert {each for ids, _ in told(heard, "catalog.variants_changed") for each in ids} == pks
