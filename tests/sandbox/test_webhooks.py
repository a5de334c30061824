"""Subscriptions (contract §7) and deliveries (§8)."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import (
    DEMO,
    PRICE_WRITE,
    SECRET,
    SUBSCRIBE,
    Receiver,
    Sandbox,
    product_gid,
    products_of,
    variant_gid,
)
from tests.sandbox.operations import OPERATIONS

Start = Callable[..., Sandbox]
ORIGIN = "https://backroom.test"

PRODUCT_KEYS = {
    *("admin_graphql_api_id", "id", "title", "handle", "body_html", "vendor", "product_type"),
    *("status", "tags", "template_suffix", "published_scope", "created_at", "updated_at"),
    *("published_at", "has_variants_that_requires_components", "category", "options", "images"),
    *("image", "media", "variants", "variant_gids"),
}
VARIANT_KEYS = {
    *("admin_graphql_api_id", "id", "product_id", "title", "sku", "price", "compare_at_price"),
    *("position", "barcode", "taxable", "inventory_policy", "inventory_item_id", "image_id"),
    *("inventory_quantity", "old_inventory_quantity", "option1", "option2", "option3"),
    *("created_at", "updated_at"),
}


def subscribe(box: Sandbox, topic: str, uri: str = f"{ORIGIN}/hook", **extra: Any) -> Any:
    body = box.ask(SUBSCRIBE, topic=topic, sub={"uri": uri, **extra})
    return body["data"]["webhookSubscriptionCreate"]


def started(start: Start, receiver: Receiver, retry_clock: float = 1) -> Sandbox:
    return start(webhooks=receiver.url, retry_clock=retry_clock)


def eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_delivery_is_signed_and_complete(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver)
    assert subscribe(box, "PRODUCTS_UPDATE", name="prices")["userErrors"] == []
    rows = products_of(box, 250)[0]
    sent = [{"id": variant_gid(v["id"]), "price": "24.00"} for v in rows]
    box.ask(PRICE_WRITE, productId=product_gid(rows[0]["product_id"]), variants=sent)
    (payload,) = receiver.wait(1)
    _, headers, body = receiver.got[0]
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    assert headers["x-shopify-hmac-sha256"] == base64.b64encode(digest).decode()
    delivery = box.deliveries()[0]
    assert {name: headers[name] for name in headers if name.startswith("x-shopify")} == {
        "x-shopify-topic": "products/update",
        "x-shopify-hmac-sha256": headers["x-shopify-hmac-sha256"],
        "x-shopify-shop-domain": DEMO,
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": delivery["webhook_id"],
        "x-shopify-event-id": delivery["event_id"],
        "x-shopify-triggered-at": delivery["triggered_at"],
        "x-shopify-name": "prices",
    }
    assert headers["host"] == "backroom.test"
    assert headers["content-type"] == "application/json"
    assert set(payload) == PRODUCT_KEYS
    assert set(payload["variants"][0]) == VARIANT_KEYS
    assert (len(payload["variants"]), len(payload["variant_gids"])) == (100, 250)
    assert payload["updated_at"][-6:] in {"-05:00", "-04:00"}
    assert len(payload["variant_gids"][0]["updated_at"]) == len("2026-11-21T10:15:00.000Z")
    assert {variant["price"] for variant in payload["variants"]} == {"24.00"}
    receiver.wait(1)
    assert len(receiver.got) == 1


def test_a_sale_tells_levels_and_product_of_one_event(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver)
    subscribe(box, "INVENTORY_LEVELS_UPDATE")
    subscribe(box, "PRODUCTS_UPDATE")
    variant = next(v for v in box.shop("variants")["variants"] if v["available"] > 5)
    box.shop("sell", {"variant_id": variant["id"]})
    bodies = receiver.wait(2)
    level = next(body for body in bodies if "available" in body)
    assert set(level) == {
        "inventory_item_id",
        "location_id",
        "available",
        "updated_at",
        "admin_graphql_api_id",
    }
    assert level["admin_graphql_api_id"] == (
        f"gid://shopify/InventoryLevel/{level['location_id']}"
        f"?inventory_item_id={variant['inventory_item_id']}"
    )
    assert len({headers["x-shopify-event-id"] for _, headers, _ in receiver.got}) == 1
    assert len({headers["x-shopify-webhook-id"] for _, headers, _ in receiver.got}) == 2


def test_a_failure_is_retried_with_the_original_payload(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver, 100)
    subscribe(box, "PRODUCTS_UPDATE")
    receiver.statuses = [503, 301]
    variant = box.shop("variants")["variants"][0]
    box.shop("edit", {"variant_id": variant["id"], "price": "1.11"})
    receiver.wait(1)
    box.control("DELETE", "faults")
    bodies = receiver.wait(3)
    assert bodies[0] == bodies[1] == bodies[2]
    assert len({headers["x-shopify-webhook-id"] for _, headers, _ in receiver.got}) == 1
    eventually(lambda: box.deliveries()[0]["status"] == "delivered")
    assert [a["status"] for a in box.deliveries()[0]["attempts"]] == [503, 301, 200]
    times = [at for at, _, _ in receiver.got]
    assert times[2] - times[1] > times[1] - times[0] > 0.5


def test_after_eight_retries_the_subscription_is_deleted(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver, 100_000)
    subscribe(box, "PRODUCTS_UPDATE")
    kept = subscribe(box, "PRODUCTS_DELETE")["webhookSubscription"]
    receiver.always = 500
    variant = box.shop("variants")["variants"][0]
    box.shop("edit", {"variant_id": variant["id"], "price": "1.11"})
    receiver.wait(9)
    eventually(lambda: len(box.shop("subscriptions")["subscriptions"]) == 1)
    assert len(receiver.got) == 9
    assert box.deliveries()[0]["status"] == "failed"
    listed = box.ask(OPERATIONS["HookList"])["data"]["webhookSubscriptions"]["nodes"]
    assert [hook["id"] for hook in listed] == [kept["id"]]
    assert [e["operation"] for e in box.effects(source="vendor")] == ["webhookSubscription deleted"]


def test_a_slow_endpoint_and_an_unmapped_one_fail(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver)
    subscribe(box, "PRODUCTS_UPDATE", "https://nowhere.example/hook")
    variant = box.shop("variants")["variants"][0]
    box.shop("edit", {"variant_id": variant["id"], "price": "1.11"})
    eventually(lambda: bool(box.deliveries()[0]["attempts"]))
    (delivery,) = box.deliveries()
    assert delivery["status"] == "pending"
    assert delivery["attempts"][0]["status"] is None
    assert receiver.got == []


@pytest.mark.parametrize(
    ("sub", "field", "message"),
    [
        ({"uri": "http://shop.example/a"}, "callbackUrl",
         "Address protocol http:// is not supported"),
        ({"uri": ""}, "callbackUrl", "Address can't be blank"),
        ({}, "callbackUrl", "Address can't be blank"),
        ({"uri": "nonsense"}, "callbackUrl", "Address is invalid"),
        ({"uri": "https://127.0.0.1/a"}, "callbackUrl", "Address is invalid"),
        ({"uri": "https://localhost/a"}, "callbackUrl", "Address is invalid"),
        ({"uri": f"{ORIGIN}/taken"}, "callbackUrl",
         "Address for this topic has already been taken"),
        ({"uri": f"{ORIGIN}/new", "name": "TAKEN"}, "name",
         "Name already exists, no duplicate allowed"),
    ],
)  # fmt: skip
def test_bad_subscriptions_are_refused(
    box: Sandbox, sub: dict[str, Any], field: str, message: str
) -> None:
    subscribe(box, "SHOP_UPDATE", f"{ORIGIN}/taken", name="taken")
    body = box.ask(SUBSCRIBE, topic="SHOP_UPDATE", sub=sub)
    assert body["data"]["webhookSubscriptionCreate"] == {
        "webhookSubscription": None,
        "userErrors": [{"field": ["webhookSubscription", field], "message": message}],
    }


def test_xml_and_json_may_share_an_address_where_xml_exists(box: Sandbox) -> None:
    uri = f"{ORIGIN}/both"
    assert subscribe(box, "PRODUCTS_CREATE", uri)["userErrors"] == []
    assert subscribe(box, "PRODUCTS_CREATE", uri, format="XML")["userErrors"] == []
    refused = subscribe(box, "APP_SCOPES_UPDATE", uri, format="XML")["userErrors"]
    assert refused == [
        {
            "field": ["webhookSubscription", "format"],
            "message": "Format 'xml' is invalid for this webhook topic. Allowed formats: json",
        }
    ]


def test_subscriptions_are_updated_and_deleted(box: Sandbox) -> None:
    hook = subscribe(box, "INVENTORY_ITEMS_UPDATE", f"{ORIGIN}/one")["webhookSubscription"]
    sub = {"uri": f"{ORIGIN}/two", "includeFields": ["id"]}
    updated = box.ask(OPERATIONS["HookUpdate"], id=hook["id"], sub=sub)["data"]
    assert updated["webhookSubscriptionUpdate"]["webhookSubscription"]["uri"] == f"{ORIGIN}/two"
    deleted = box.ask(OPERATIONS["HookDelete"], id=hook["id"])["data"]["webhookSubscriptionDelete"]
    assert deleted == {"deletedWebhookSubscriptionId": hook["id"], "userErrors": []}
    again = box.ask(OPERATIONS["HookDelete"], id=hook["id"])["data"]["webhookSubscriptionDelete"]
    assert again["deletedWebhookSubscriptionId"] is None
    assert again["userErrors"][0]["message"] == "Webhook subscription does not exist"


def test_identical_payloads_of_chosen_fields_are_suppressed(
    start: Start, receiver: Receiver
) -> None:
    box = started(start, receiver)
    subscribe(box, "PRODUCTS_UPDATE", includeFields=["id", "title"])
    variant = box.shop("variants")["variants"][0]
    for price in ("1.11", "2.22"):
        box.shop("edit", {"variant_id": variant["id"], "price": price})
    (body,) = receiver.wait(1)
    assert set(body) == {"id", "title"}
    assert len(box.deliveries()) == 1


def test_scripted_duplicates_drops_and_delays(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver)
    subscribe(box, "PRODUCTS_UPDATE")
    variant = box.shop("variants")["variants"][0]

    def edit_under(fault: dict[str, Any]) -> None:
        box.control("POST", "faults", fault)
        box.shop("edit", {"variant_id": variant["id"], "price": "1.11"})
        box.control("DELETE", "faults")

    edit_under({"kind": "webhook_duplicate"})
    receiver.wait(2)
    assert len({headers["x-shopify-webhook-id"] for _, headers, _ in receiver.got}) == 1
    edit_under({"kind": "webhook_drop"})
    edit_under({"kind": "webhook_delay", "seconds": 0.5})
    asked = time.monotonic()
    receiver.wait(3)
    assert time.monotonic() - asked > 0.3
    eventually(lambda: all(d["status"] != "pending" for d in box.deliveries()))
    assert [d["status"] for d in box.deliveries()] == [
        "delivered",
        "delivered",
        "dropped",
        "delivered",
    ]


def test_uninstalling_tells_last_and_kills_the_token(start: Start, receiver: Receiver) -> None:
    box = started(start, receiver)
    subscribe(box, "APP_UNINSTALLED")
    box.shop("uninstall", {})
    (body,) = receiver.wait(1)
    assert body["myshopify_domain"] == DEMO
    assert box.raw("{ shop { name } }")[0] == 401
    assert box.shop("subscriptions") == {"subscriptions": []}
