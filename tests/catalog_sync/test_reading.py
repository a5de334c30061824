"""Reads by id settle what webhooks could not; our own writes are known at once."""

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from catalog_sync.api import apply_live_prices, probe_connection, start_full_sync
from catalog_sync.enums import StockCause
from catalog_sync.merging import Source
from catalog_sync.models import Location, Product, StockLevel, Variant
from catalog_sync.telling import look_for_unknown, reread_items, reread_locations, reread_products
from config.demo.merchant import Merchant
from foundation.shops.models import Connection
from foundation.work.enums import Group
from foundation.work.models import Job

from .conftest import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def synced(connection: Connection, merchant: Merchant) -> Merchant:
    start_full_sync(connection.pk, None)
    work(Group.REMOTE)
    return merchant


def first() -> Variant:
    found: Variant = Variant.objects.filter(deleted_at=None, tracked=True).earliest("vendor_id")
    return found


def settle() -> None:
    """Do the reads, also those that wait for a second to be over."""
    work(Group.REMOTE, patience=6.0)


def test_a_contested_product_is_settled_by_its_id(synced: Merchant, source: Source) -> None:
    variant = first()
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("1.23"))
    reread_products(source, [variant.product.vendor_id], StockCause.RECONCILIATION)
    settle()

    variant.refresh_from_db()
    assert variant.price == synced.prices()[variant.vendor_id][0]


def test_an_edit_of_this_second_waits_until_it_is_over(synced: Merchant, source: Source) -> None:
    """The mirror holds another value of the same second: the read is repeated, not guessed."""
    variant = first()
    synced.edit([(variant.vendor_id, Decimal("55.55"))])
    reread_products(source, [variant.product.vendor_id], StockCause.RECONCILIATION)
    settle()
    variant.refresh_from_db()
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("1.23"))
    reread_products(source, [variant.product.vendor_id], StockCause.RECONCILIATION)
    work(Group.REMOTE)
    waiting = Job.objects.filter(name="catalog.read_product", state="queued")
    waits = waiting.exists() and waiting[0].waiting_for
    settle()

    variant.refresh_from_db()
    assert variant.price == Decimal("55.55")
    assert waits is False or "one second" in waits


def test_a_product_that_is_gone_is_deleted(synced: Merchant, source: Source) -> None:
    product = Product.objects.order_by("-vendor_id")[0]
    synced.act("delete-product", product_id=product.vendor_id)
    reread_products(source, [product.vendor_id], StockCause.RECONCILIATION)
    settle()

    product.refresh_from_db()
    assert product.deleted_at is not None
    assert product.variants.filter(deleted_at=None).count() == 0


def test_an_items_levels_are_read(synced: Merchant, source: Source) -> None:
    variant = first()
    there = {row["id"]: row["available"] for row in synced.variants()}
    StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).update(available=900)
    Variant.objects.filter(pk=variant.pk).update(stock=900)
    reread_items(source, [variant.inventory_item_id], StockCause.RECONCILIATION)
    settle()

    variant.refresh_from_db()
    assert variant.stock == there[variant.vendor_id]


def test_an_unknown_variant_is_found_among_the_changed(synced: Merchant, source: Source) -> None:
    variant = first()
    synced.edit([(variant.vendor_id, Decimal("44.44"))])
    Variant.objects.filter(pk=variant.pk).delete()
    look_for_unknown(source)
    settle()

    assert Variant.objects.get(vendor_id=variant.vendor_id).price == Decimal("44.44")


def test_locations_are_read(synced: Merchant, source: Source) -> None:
    Location.objects.create(
        shop_id=source.shop_id, connection_id=source.connection_id, vendor_id=1, name="Closed"
    )
    Location.objects.filter(vendor_id=synced.summary()["locations"][0]).delete()
    reread_locations(source)
    settle()

    active = Location.objects.filter(active=True).values_list("vendor_id", flat=True)
    assert sorted(active) == sorted(synced.summary()["locations"])


def test_our_own_writes_are_known_at_once(synced: Merchant, connection: Connection) -> None:
    variant, other = Variant.objects.filter(deleted_at=None).order_by("vendor_id")[:2]
    later = timezone.now() + dt.timedelta(seconds=1)
    earlier = other.vendor_updated_at - dt.timedelta(seconds=1)
    with transaction.atomic():
        changed = apply_live_prices(
            connection.pk,
            [
                (variant.vendor_id, Decimal("9.99"), None, later),
                (other.vendor_id, Decimal("9.99"), None, earlier),
                (1, Decimal("9.99"), None, later),
            ],
        )

    before = other.price
    variant.refresh_from_db()
    other.refresh_from_db()
    assert (changed, variant.price, variant.compare_at, other.price) == (
        1,
        Decimal("9.99"),
        None,
        before,
    )
    assert synced.prices()[variant.vendor_id][0] != Decimal("9.99")


def test_the_connection_tells_its_scopes(connection: Connection, merchant: Merchant) -> None:
    facts = probe_connection(connection.pk)

    assert (facts["ok"], facts["missing"], facts["domain"]) == (True, [], merchant.shop)
    merchant.act("scopes", granted=["read_products", "read_inventory"])
    try:
        assert probe_connection(connection.pk)["missing"] == ["read_locations", "write_products"]
    finally:
        merchant.act("scopes", granted=facts["granted"])
    connection.refresh_from_db()
    assert connection.facts["ok"] is False


@pytest.mark.usefixtures("merchant")
def test_the_command_asks_for_what_it_is_told(connection: Connection) -> None:
    out = StringIO()
    call_command("sync_shopify", "--full", "--subscriptions", shop=connection.account, stdout=out)
    names: list[Any] = list(Job.objects.order_by("name").values_list("name", flat=True))
    assert names == ["catalog.check_connection_subscriptions", "catalog.full_sync"]
    assert "full sync is job" in out.getvalue()
    for wrong in (["--dry-run"], [], ["--full", "--shop", "nobody.myshopify.com"]):
        with pytest.raises(CommandError):
            call_command("sync_shopify", *wrong, stdout=out)
