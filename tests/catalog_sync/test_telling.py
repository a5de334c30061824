"""What the layers above are told, and with which cause: nothing of an echo of our own write."""

from typing import Any

import pytest
from django.utils import timezone

from catalog_sync.api import start_full_sync
from catalog_sync.enums import StockCause
from catalog_sync.merging import Source
from catalog_sync.models import Product, StockHistory, StockLevel, Variant
from catalog_sync.telling import reread_items
from config.demo.merchant import Merchant
from foundation.outbound.api import park_connection, resume_connection
from foundation.shops.models import Connection
from foundation.work.enums import Group
from foundation.work.models import Job

from .conftest import LATER, NOON, Heard, Post, product, recorded, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connection")]

CHANGED = "catalog.variants_changed"
STOCK = "catalog.stock_changed"


def ids(*vendor_ids: int) -> list[str]:
    found = {row.vendor_id: str(row.pk) for row in Variant.objects.all()}
    return [found[each] for each in vendor_ids]


def changed(heard: Heard) -> list[tuple[list[str], str]]:
    """Return whose description was told to have changed, sorted, and the cause."""
    told = [payload for event, payload in heard if event == CHANGED]
    return [(sorted(payload["variant_ids"]), payload["cause"]) for payload in told]


@pytest.fixture
def mug(post: Post, heard: Heard) -> Post:
    """The recorded product stands in the mirror; nothing is told of that any more."""
    post("products/create", product())
    work()
    heard.clear()
    return post


def test_a_new_product_is_told_with_its_variants(
    post: Post, heard: Heard, connection: Connection
) -> None:
    post("products/create", product())
    work()

    assert [event for event, _ in heard] == ["catalog.prices_seen", CHANGED]
    assert heard[1][1]["connection_id"] == str(connection.pk)
    assert changed(heard) == [(sorted(ids(7001, 7002)), "webhook")]


@pytest.mark.parametrize("field", ["price", "compare_at_price"])
def test_a_price_alone_changes_no_description(field: str, mug: Post, heard: Heard) -> None:
    payload = product(at=LATER)
    payload["variants"][0][field] = "77.00"
    mug("products/update", payload)
    work()

    assert [event for event, _ in heard] == ["catalog.prices_seen"]


def test_what_arrives_twice_or_late_is_not_told_again(mug: Post, heard: Heard) -> None:
    mug("products/update", product(at=NOON))
    mug("products/update", product(at="2026-11-20T11:00:00Z", title="Cup"))
    work()

    assert changed(heard) == []


@pytest.mark.parametrize(
    "news",
    [
        {"title": "Cup"},
        {"handle": "cup"},
        {"status": "draft"},
        {"vendor": "Somebody else"},
        {"product_type": "Crockery"},
        {"tags": "blue"},
    ],
)
def test_a_products_words_are_its_variants_words(
    news: dict[str, Any], mug: Post, heard: Heard
) -> None:
    mug("products/update", product(at=LATER, **news))
    work()

    assert changed(heard) == [(sorted(ids(7001, 7002)), "webhook")]
    assert Product.objects.get().vendor_updated_at.isoformat() == "2026-11-20T12:00:01+00:00"


@pytest.mark.parametrize(
    "news",
    [
        {"sku": "NEW"},
        {"barcode": "123"},
        {"title": "XL"},
        {"inventory_policy": "continue"},
        {"inventory_item_id": 8009},
    ],
)
def test_a_variants_own_words_are_told_of_it_alone(
    news: dict[str, Any], mug: Post, heard: Heard
) -> None:
    payload = product(at=LATER)
    payload["variants"][0] |= news
    mug("products/update", payload)
    work()

    assert changed(heard) == [(ids(7001), "webhook")]


def test_the_picture_and_the_position_are_nobodys_question(mug: Post, heard: Heard) -> None:
    payload = product(at=LATER, image={"src": "https://cdn.shopify.com/new.png", "alt": "New"})
    payload["variants"][0]["position"] = 9
    mug("products/update", payload)
    work()

    assert Variant.objects.get(vendor_id=7001).position == 9
    assert changed(heard) == []


def test_a_variant_that_is_gone_is_told(mug: Post, heard: Heard) -> None:
    payload = product(at=LATER)
    del payload["variants"][1], payload["variant_gids"][1]
    for _ in range(2):
        mug("products/update", payload)
    work()

    assert changed(heard) == [(ids(7002), "webhook")]


def test_a_product_that_is_gone_is_told_once(mug: Post, heard: Heard) -> None:
    for _ in range(2):
        mug("products/delete", recorded("products_delete"))
        work()

    assert changed(heard) == [(sorted(ids(7001, 7002)), "webhook")]


def test_a_level_is_told_with_its_cause(mug: Post, heard: Heard, connection: Connection) -> None:
    mug(
        "inventory_levels/update", recorded("inventory_levels_update", available=3, updated_at=NOON)
    )
    work()

    payload = {
        "connection_id": str(connection.pk),
        "variant_ids": ids(7001),
        "cause": "webhook",
    }
    assert heard == [(STOCK, payload)]


def test_a_read_that_a_webhook_asked_for_has_its_cause(mug: Post) -> None:
    for available in (7, 6):
        mug(
            "inventory_levels/update",
            recorded("inventory_levels_update", available=available, updated_at=NOON),
        )
        work()

    assert Job.objects.get(name="catalog.read_item").payload["cause"] == "webhook"


@pytest.mark.parametrize("cause", [StockCause.WEBHOOK, StockCause.RECONCILIATION])
def test_a_read_tells_what_it_found_with_its_askers_cause(
    cause: StockCause, source: Source, merchant: Merchant, heard: Heard
) -> None:
    assert merchant.shop == "demo-shop.myshopify.com"
    start_full_sync(source.connection_id, None)
    work(Group.REMOTE, Group.FAST)
    assert {payload["cause"] for _, payload in heard if "cause" in payload} == {"sync"}
    assert {each for told, _ in changed(heard) for each in told} == {
        str(pk) for pk in Variant.objects.values_list("pk", flat=True)
    }
    heard.clear()
    variant = Variant.objects.filter(tracked=True).earliest("vendor_id")
    StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).update(available=900)
    Variant.objects.filter(pk=variant.pk).update(stock=900)
    reread_items(source, [variant.inventory_item_id], cause)
    work(Group.REMOTE, Group.FAST)

    assert [(payload["variant_ids"], payload["cause"]) for _, payload in heard] == [
        ([str(variant.pk)], cause)
    ]
    latest = StockHistory.objects.latest("pk")
    assert (latest.inventory_item_id, latest.before, latest.cause) == (
        variant.inventory_item_id,
        900,
        cause,
    )


@pytest.mark.parametrize("parked", [False, True])
def test_the_removed_app_is_told(
    parked: bool, post: Post, heard: Heard, connection: Connection
) -> None:
    """Also when a call met the dead token first and parked the connection for that."""
    if parked:
        park_connection(connection.pk, "The token is dead.")
    post("app/uninstalled", recorded("app_uninstalled"))
    work()

    assert heard == [("catalog.app_removed", {"connection_id": str(connection.pk)})]


def test_a_removal_from_an_earlier_life_is_not_told(
    post: Post, heard: Heard, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        facts={"tested_at": timezone.now().isoformat()}
    )
    post("app/uninstalled", recorded("app_uninstalled"), **{"X-Shopify-Triggered-At": NOON})
    work()

    assert heard == []


def test_a_connection_that_is_back_is_told_once(heard: Heard, connection: Connection) -> None:
    resume_connection(connection.pk, actor_id=None)
    park_connection(connection.pk, "The token is dead.")
    for _ in range(2):
        resume_connection(connection.pk, actor_id=None)
    work()

    assert heard == [("outbound.connection_resumed", {"connection_id": str(connection.pk)})]
