"""Recorded webhooks through the real endpoint: late, equal, doubled, crippled, unknown."""

import datetime as dt
import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from catalog_sync import arrivals
from catalog_sync.merging import Source
from catalog_sync.models import MirrorState, Product, StockHistory, StockLevel, Variant
from catalog_sync.shopify.subscriptions import TOPICS
from connectors.shopify.api import read_product, read_stock_level
from foundation.alerts.models import Alert
from foundation.shops.models import Connection
from foundation.work import registry
from foundation.work.models import Job

from .conftest import LATER, NOON, Heard, Post, product, recorded, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connection")]


def prices() -> dict[int, Decimal]:
    return dict(Variant.objects.filter(deleted_at=None).values_list("vendor_id", "price"))


def rereads() -> list[tuple[str, Any]]:
    jobs = Job.objects.filter(name__startswith="catalog.read_").order_by("pk")
    return [(job.name, job.payload.get("product_id") or job.payload.get("item_id")) for job in jobs]


def test_a_new_product_is_mirrored(post: Post, connection: Connection) -> None:
    assert post("products/create", recorded("products_create")).status_code == 200
    work()

    mug = Product.objects.get(vendor_id=9001)
    assert (mug.title, mug.tags, mug.status, mug.shop_id) == (
        "Mug",
        ["blue", "new"],
        "active",
        connection.shop_id,
    )
    rows = mug.variants.values_list("sku", "price", "compare_at", "stock", "policy", "barcode")
    assert list(rows) == [
        ("MUG-S", Decimal("24.00"), Decimal("30.00"), 7, "deny", ""),
        ("MUG-M", Decimal("26.00"), None, 0, "continue", "4006381333931"),
    ]
    assert rereads() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_the_order_the_newest_version_stands(order: tuple[int, ...], post: Post) -> None:
    versions = [product("24.00", NOON), product("25.00", LATER), product("24.00", NOON)]
    for each in order:
        post("products/update", versions[each])
        work()

    assert prices()[7001] == Decimal("25.00")
    assert rereads() == []


def test_equal_times_with_different_values_are_read_again(post: Post) -> None:
    post("products/update", product("24.00"))
    post("products/update", product("25.00"))
    work()

    assert prices()[7001] == Decimal("24.00")
    assert rereads() == [("catalog.read_product", 9001)]


def test_every_price_is_told_also_a_stale_one(
    connection: Connection, post: Post, heard: Heard
) -> None:
    post("products/update", product("25.00", LATER))
    work()
    heard.clear()
    post("products/update", product("19.00", NOON))
    work()

    assert prices()[7001] == Decimal("25.00")
    assert heard == [
        (
            "catalog.prices_seen",
            {
                "connection_id": str(connection.pk),
                "seen": [
                    [7001, "19.00", "30.00", "2026-11-20T12:00:00+00:00"],
                    [7002, "26.00", None, "2026-11-20T10:14:00+00:00"],
                ],
            },
        )
    ]


def test_a_doubled_delivery_makes_one_job(post: Post) -> None:
    for _ in range(2):
        post("products/update", product(), **{"X-Shopify-Webhook-Id": "the-same"})
    assert Job.objects.filter(name="catalog_sync.product_arrived").count() == 1


def test_a_product_with_more_variants_than_fit_is_read(post: Post) -> None:
    payload = product()
    payload["variant_gids"].append({"admin_graphql_api_id": "gid://shopify/ProductVariant/7003"})
    post("products/update", payload)
    work()

    assert sorted(prices()) == [7001, 7002]
    assert rereads() == [("catalog.read_product", 9001)]


def test_a_variant_that_is_not_named_any_more_is_gone(post: Post) -> None:
    post("products/update", product())
    work()
    payload = product(at=LATER)
    del payload["variants"][1], payload["variant_gids"][1]
    post("products/update", payload)
    work()

    assert sorted(prices()) == [7001]
    assert Variant.objects.get(vendor_id=7002).deleted_at is not None


def test_a_stale_list_of_variants_deletes_nothing(post: Post) -> None:
    post("products/update", product(at=LATER))
    work()
    payload = product(at=NOON)
    del payload["variants"][1], payload["variant_gids"][1]
    post("products/update", payload)
    work()

    assert sorted(prices()) == [7001, 7002]


@pytest.mark.parametrize("late", [True, False])
def test_a_deleted_product_stays_deleted(late: bool, post: Post) -> None:
    """Also when its creation arrives after its deletion."""
    if not late:
        post("products/update", product())
    post("products/delete", recorded("products_delete"))
    work()
    post("products/update", product("25.00", LATER))
    work()

    assert Product.objects.get(vendor_id=9001).deleted_at is not None
    assert prices() == {}
    assert rereads() == []


def test_a_webhook_without_picture_takes_none_away(post: Post) -> None:
    post("products/update", product())
    work()
    Product.objects.update(picture_url="https://cdn.shopify.com/mug.png", picture_alt="A mug")
    post("products/update", product(at=LATER, title="Cup"))
    work()

    mug = Product.objects.get()
    assert (mug.title, mug.picture_url) == ("Cup", "https://cdn.shopify.com/mug.png")


def level(available: int | None = 7, at: str = NOON, **changed: Any) -> dict[str, Any]:
    return recorded("inventory_levels_update", available=available, updated_at=at, **changed)


def test_stock_is_summed_over_locations(post: Post, heard: Heard) -> None:
    post("products/create", product())
    work()
    heard.clear()
    post("inventory_levels/update", level(4))
    post("inventory_levels/connect", level(5, location_id=502))
    work()

    variant = Variant.objects.get(vendor_id=7001)
    assert variant.stock == 9
    assert {(each, tuple(payload["variant_ids"])) for each, payload in heard} == {
        ("catalog.stock_changed", (str(variant.pk),))
    }
    history = StockHistory.objects.order_by("pk").values_list(
        "location_vendor_id", "before", "after", "cause"
    )
    assert set(history) == {(501, None, 4, "webhook"), (502, None, 5, "webhook")}
    # The other variant of the product is another item.
    assert Variant.objects.get(vendor_id=7002).stock == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_levels_are_never_replaced_by_older_ones(order: tuple[int, ...], post: Post) -> None:
    post("products/create", product())
    work()
    versions = [level(7, NOON), level(3, LATER), level(7, NOON)]
    for each in order:
        post("inventory_levels/update", versions[each])
        work()

    assert Variant.objects.get(vendor_id=7001).stock == 3
    assert StockHistory.objects.order_by("-pk")[0].after == 3


def test_equal_times_of_a_level_are_read_again(post: Post) -> None:
    post("products/create", product())
    post("inventory_levels/update", level(7))
    work()
    post("inventory_levels/update", level(6))
    work()

    assert Variant.objects.get(vendor_id=7001).stock == 7
    assert rereads() == [("catalog.read_item", 8001)]


def test_an_untracked_item_has_no_stock(post: Post) -> None:
    post("products/create", product())
    work()
    post("inventory_levels/update", level(None))
    work()

    assert Variant.objects.get(vendor_id=7001).stock is None


def test_a_level_before_its_variant_is_kept_for_it(post: Post) -> None:
    post("inventory_levels/update", level(5))
    work()
    post("products/create", product())
    work()

    assert Variant.objects.get(vendor_id=7001).stock == 5
    assert rereads() == []


def test_an_unknown_item_of_a_complete_mirror_is_looked_for(
    connection: Connection, post: Post
) -> None:
    MirrorState.objects.create(
        connection=connection, shop_id=connection.shop_id, synced_at=dt.datetime.now(dt.UTC)
    )
    for item in (8001, 8002):
        post("inventory_levels/update", level(5, inventory_item_id=item))
    work()

    assert rereads() == [("catalog.read_changed", None)]


@pytest.mark.usefixtures("connection")
def test_a_disconnected_location_is_left_out(post: Post) -> None:
    post("products/create", product())
    post("inventory_levels/update", level(4))
    post("inventory_levels/update", level(5, location_id=502))
    work()
    post(
        "inventory_levels/disconnect",
        recorded("inventory_levels_disconnect"),
        **{"X-Shopify-Triggered-At": LATER},
    )
    work()
    # Late news from before the disconnection changes nothing.
    post("inventory_levels/update", level(9, at="2026-11-20T12:00:00.500Z"))
    work()

    assert Variant.objects.get(vendor_id=7001).stock == 5
    assert StockLevel.objects.get(location_vendor_id=501).disconnected_at is not None


def test_uninstalling_parks_the_connection_with_one_alert(
    connection: Connection, post: Post
) -> None:
    for _ in range(2):
        post("app/uninstalled", recorded("app_uninstalled"))
    work()

    connection.refresh_from_db()
    assert connection.state == "parked"
    assert "uninstalled" in connection.parked_reason
    assert Alert.objects.filter(key=f"connection:{connection.pk}").count() == 1


def test_news_from_an_earlier_life_of_the_app_does_not_park(
    connection: Connection, post: Post
) -> None:
    Connection.objects.update(facts={"tested_at": "2026-11-20T13:00:00+00:00"})
    post("app/uninstalled", recorded("app_uninstalled"), **{"X-Shopify-Triggered-At": NOON})
    work()

    connection.refresh_from_db()
    assert connection.state == "active"


def test_locations_are_read_again_once(post: Post) -> None:
    for topic in ("locations/create", "locations/update", "locations/delete"):
        post(topic, recorded("locations_update"))
    work()

    assert rereads() == [("catalog.read_locations", None)]


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"not json", b'{"id":"x"}', b'{"id":9001,"variants":[{}]}']
)
def test_a_crippled_payload_is_a_dead_letter_in_words(body: bytes, post: Post) -> None:
    assert post("products/update", body).status_code in {200, 400}
    work()

    for job in Job.objects.filter(name="catalog_sync.product_arrived"):
        assert (job.state, job.failure_kind) == ("dead", "permanent")
        assert "another shape" in job.error or "JSON" in job.error
    assert Product.objects.count() == 0


def test_a_forged_webhook_is_refused(post: Post) -> None:
    assert post("products/update", product(), secret="shpss_wrong").status_code == 401
    assert Job.objects.count() == 0


@pytest.mark.parametrize("size", [1, 3])
def test_the_number_of_statements_does_not_grow(size: int, source: Source) -> None:
    payload = product()
    payload["variants"] = [
        {**payload["variants"][0], "id": 7001 + n, "inventory_item_id": 8001 + n}
        for n in range(size)
    ]
    payload["variant_gids"] = []
    delivery = read_product("products/update", json.dumps(payload).encode())
    with transaction.atomic(), CaptureQueriesContext(database) as product_queries:
        arrivals.product_arrived(source, delivery)
    stock = read_stock_level("inventory_levels/update", json.dumps(level()).encode())
    with transaction.atomic(), CaptureQueriesContext(database) as level_queries:
        arrivals.levels_arrived(source, [stock])

    assert (len(product_queries), len(level_queries)) == (17, 8)


def test_every_topic_of_the_mirror_has_a_listener() -> None:
    assert [topic for topic in TOPICS if not registry.listeners_of(f"shopify:{topic}")] == []
