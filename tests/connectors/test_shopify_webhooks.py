"""Deliveries: signature, headers, payloads (contract §8)."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.shopify import payloads
from connectors.shopify.contracts import Product, StockLevel, Variant
from connectors.shopify.payloads import MalformedPayload, StockGone
from connectors.shopify.webhooks import (
    Envelope,
    Refusal,
    Refused,
    read_envelope,
    verify_signature,
)

BODY = b'{"id":9001}'
AT = dt.datetime(2026, 11, 21, 10, 15, tzinfo=dt.UTC)


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_any_valid_secret_may_have_signed() -> None:
    verify_signature(BODY, signature(BODY, "new"), ["new", "old"])
    verify_signature(BODY, signature(BODY, "old"), ["new", "old"])


@pytest.mark.parametrize(
    ("given", "secrets", "reason"),
    [
        (None, ["s"], Refusal.NO_SIGNATURE),
        ("", ["s"], Refusal.NO_SIGNATURE),
        ("not base64!", ["s"], Refusal.MALFORMED_SIGNATURE),
        ("é", ["s"], Refusal.MALFORMED_SIGNATURE),
        (signature(BODY, "other"), ["s"], Refusal.WRONG_SIGNATURE),
        (signature(BODY + b" ", "s"), ["s"], Refusal.WRONG_SIGNATURE),
        (signature(BODY, "s")[:-8], ["s"], Refusal.WRONG_SIGNATURE),
        (signature(BODY, "s"), [], Refusal.WRONG_SIGNATURE),
        (signature(BODY, ""), [""], Refusal.WRONG_SIGNATURE),
    ],
)
def test_what_is_not_signed_right_is_refused_with_its_reason(
    given: str | None, secrets: list[str], reason: Refusal
) -> None:
    with pytest.raises(Refused) as caught:
        verify_signature(BODY, given, secrets)
    assert caught.value.reason is reason


HEADERS = {
    "X-Shopify-Topic": "inventory_levels/update",
    "x-shopify-shop-domain": "Demo-Shop.myshopify.com",
    "X-Shopify-API-Version": "2026-10",
    "X-SHOPIFY-WEBHOOK-ID": "w-1",
    "X-Shopify-Event-Id": "e-1",
    "X-Shopify-Triggered-At": "2026-11-21T10:15:00.123456789Z",
}


def test_headers_are_read_whatever_their_case() -> None:
    assert read_envelope(HEADERS) == Envelope(
        topic="inventory_levels/update",
        shop_domain="demo-shop.myshopify.com",
        delivery_id="w-1",
        event_id="e-1",
        api_version="2026-10",
        triggered_at=AT.replace(microsecond=123457),
    )


def test_a_time_that_is_none_is_not_missed() -> None:
    assert read_envelope({**HEADERS, "X-Shopify-Triggered-At": "soon"}).triggered_at is None


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("x-shopify-shop-domain", "", Refusal.NO_SHOP),
        ("x-shopify-shop-domain", "evil.example", Refusal.MALFORMED_SHOP),
        ("x-shopify-shop-domain", "a.myshopify.com.evil.example", Refusal.MALFORMED_SHOP),
        ("x-shopify-shop-domain", "x/y.myshopify.com", Refusal.MALFORMED_SHOP),
        ("X-Shopify-Topic", "", Refusal.NO_TOPIC),
        ("X-SHOPIFY-WEBHOOK-ID", " ", Refusal.NO_DELIVERY_ID),
    ],
)
def test_headers_that_are_missing_or_wrong(header: str, value: str, reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        read_envelope({**HEADERS, header: value})
    assert caught.value.reason is reason


LEVEL = {
    "inventory_item_id": 8001,
    "location_id": 501,
    "available": 7,
    "updated_at": "2026-11-21T05:15:00-05:00",
    "admin_graphql_api_id": "gid://shopify/InventoryLevel/501?inventory_item_id=8001",
}


def encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def test_stock_levels() -> None:
    got = payloads.read_stock_level("inventory_levels/update", encoded(LEVEL))
    assert got == StockLevel(8001, 501, 7, None, None, None, AT)
    untracked = payloads.read_stock_level("t", encoded({**LEVEL, "available": None}))
    assert untracked.available is None
    gone = payloads.read_stock_gone("t", b'{"inventory_item_id":8001,"location_id":501}')
    assert gone == StockGone(8001, 501)


PRODUCT = {
    "admin_graphql_api_id": "gid://shopify/Product/9001",
    "id": 9001,
    "title": "Mug",
    "handle": "mug",
    "body_html": "<p>…</p>",
    "vendor": "Acme",
    "product_type": "Cup",
    "status": "active",
    "tags": "blue, new",
    "created_at": "2026-01-05T09:00:00-05:00",
    "updated_at": "2026-11-21T05:15:00-05:00",
    "published_at": None,
    "images": [],
    "image": None,
    "variants": [
        {
            "id": 7001,
            "product_id": 9001,
            "title": "S",
            "sku": "MUG-S",
            "price": "24.00",
            "compare_at_price": "30.00",
            "position": 1,
            "barcode": None,
            "inventory_policy": "deny",
            "inventory_item_id": 8001,
            "inventory_quantity": 7,
            "old_inventory_quantity": 7,
            "updated_at": "2026-11-21T05:15:00-05:00",
        }
    ],
    "variant_gids": [
        {
            "admin_graphql_api_id": "gid://shopify/ProductVariant/7001",
            "updated_at": "2026-11-21T10:15:00.000Z",
        }
    ],
}


def test_products() -> None:
    got = payloads.read_product("products/update", encoded(PRODUCT))
    assert got.product == Product(
        id=9001,
        title="Mug",
        handle="mug",
        status="active",
        vendor="Acme",
        product_type="Cup",
        tags=("blue", "new"),
        picture_url="",
        picture_alt="",
        created_at=dt.datetime(2026, 1, 5, 14, tzinfo=dt.UTC),
        updated_at=AT,
    )
    assert got.variants == (
        Variant(
            id=7001,
            product_id=9001,
            inventory_item_id=8001,
            title="S",
            sku="MUG-S",
            barcode="",
            position=1,
            price=Decimal("24.00"),
            compare_at=Decimal("30.00"),
            stock=7,
            policy="deny",
            tracked=None,
            cost=None,
            updated_at=AT,
        ),
    )
    assert got.missing == frozenset()
    assert got.complete is not None


def test_variants_beyond_the_hundredth_are_missed() -> None:
    more = [*PRODUCT["variant_gids"], {"admin_graphql_api_id": "gid://shopify/ProductVariant/7002"}]  # type: ignore[misc]  # a list
    got = payloads.read_product("products/update", encoded({**PRODUCT, "variant_gids": more}))
    assert got.missing == {7002}
    assert got.complete is None


def test_deletion_and_uninstallation() -> None:
    assert payloads.read_product_gone("products/delete", BODY) == 9001
    shop = encoded({"id": 1, "myshopify_domain": "Demo-Shop.myshopify.com"})
    assert payloads.read_uninstalled("app/uninstalled", shop) == "demo-shop.myshopify.com"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"not json", "$"),
        (b"\xff\xfe", "$"),
        (b"[]", "$"),
        (encoded({**LEVEL, "available": "seven"}), "$.available"),
        (encoded({**LEVEL, "updated_at": "yesterday"}), "$.updated_at"),
        (encoded({**LEVEL, "updated_at": "2026-11-21T05:15:00"}), "$.updated_at"),
        (encoded({**LEVEL, "location_id": None}), "$.location_id"),
    ],
)
def test_a_malformed_payload_names_the_place(body: bytes, path: str) -> None:
    with pytest.raises(MalformedPayload) as caught:
        payloads.read_stock_level("inventory_levels/update", body)
    assert caught.value.path == path
    assert str(caught.value).startswith("inventory_levels/update: ")


def test_the_place_may_be_deep() -> None:
    broken = {**PRODUCT, "variants": [{**PRODUCT["variants"][0], "price": "free"}]}  # type: ignore[index]  # a list
    with pytest.raises(MalformedPayload) as caught:
        payloads.read_product("products/update", encoded(broken))
    assert caught.value.path == "$.variants[0].price"
