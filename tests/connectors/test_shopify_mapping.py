"""From the wire to typed values and back, with the contract's own payloads."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import pytest

from connectors.shopify import mapping, wire
from connectors.shopify.contracts import (
    KEEP,
    ItemStock,
    LivePrice,
    PriceWrite,
    PriceWriteAnswer,
    Product,
    RowError,
    ShopFacts,
    StockLevel,
    Variant,
    WrittenPrice,
)

Shape = TypeVar("Shape")

TIME = "2026-11-21T10:15:00Z"
AT = dt.datetime(2026, 11, 21, 10, 15, tzinfo=dt.UTC)


def read(body: Any, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(json.dumps(body), type=shape)


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def test_ids() -> None:
    assert mapping.gid("Product", 9001) == "gid://shopify/Product/9001"
    assert mapping.number("gid://shopify/Product/9001") == 9001
    assert mapping.number("gid://shopify/InventoryLevel/501?inventory_item_id=8001") == 501
    with pytest.raises(ValueError, match="invalid literal"):
        mapping.number("gid://shopify/Product/none")


def test_shop_facts() -> None:
    body = {
        "id": gid("Shop", 1),
        "name": "Demo",
        "myshopifyDomain": "demo-shop.myshopify.com",
        "currencyCode": "CAD",
        "ianaTimezone": "America/Toronto",
        "taxesIncluded": False,
        "plan": {
            "publicDisplayName": "Basic",
            "shopifyPlus": False,
            "partnerDevelopment": True,
        },
        "resourceLimits": {"maxProductVariants": 2048},
    }
    assert mapping.shop_facts(read(body, wire.Shop), "2026-10") == ShopFacts(
        id=1,
        name="Demo",
        domain="demo-shop.myshopify.com",
        currency="CAD",
        timezone="America/Toronto",
        taxes_included=False,
        plan="Basic",
        plus=False,
        development=True,
        max_variants_per_product=2048,
        api_version="2026-10",
    )


def test_write_scopes_imply_their_read_scopes() -> None:
    body = {"accessScopes": [{"handle": "write_products"}, {"handle": "read_locations"}]}
    assert mapping.scopes(read(body, wire.Installation)) == {
        "write_products",
        "read_products",
        "read_locations",
    }


PRODUCT = {
    "id": gid("Product", 9001),
    "title": "Mug",
    "handle": "mug",
    "status": "ACTIVE",
    "vendor": "Acme",
    "productType": "Cup",
    "tags": ["blue", "new"],
    "createdAt": "2026-01-05T14:00:00Z",
    "updatedAt": TIME,
    "featuredMedia": {"preview": {"image": {"url": "https://cdn.test/m.png", "altText": None}}},
}


def test_products() -> None:
    expected = Product(
        id=9001,
        title="Mug",
        handle="mug",
        status="active",
        vendor="Acme",
        product_type="Cup",
        tags=("blue", "new"),
        picture_url="https://cdn.test/m.png",
        picture_alt="",
        created_at=dt.datetime(2026, 1, 5, 14, tzinfo=dt.UTC),
        updated_at=AT,
    )
    assert mapping.product(read(PRODUCT, wire.Product)) == expected


@pytest.mark.parametrize("media", [None, {"preview": None}, {"preview": {"image": None}}])
def test_products_without_a_picture(media: Any) -> None:
    product = mapping.product(read({**PRODUCT, "featuredMedia": media}, wire.Product))
    assert (product.picture_url, product.picture_alt) == ("", "")


VARIANT = {
    "id": gid("ProductVariant", 7001),
    "title": "S",
    "sku": "MUG-S",
    "barcode": None,
    "position": 1,
    "price": "24.00",
    "compareAtPrice": "30.00",
    "updatedAt": TIME,
    "inventoryQuantity": 7,
    "inventoryPolicy": "DENY",
    "product": {"id": gid("Product", 9001)},
    "inventoryItem": {
        "id": gid("InventoryItem", 8001),
        "tracked": True,
        "unitCost": {"amount": "11.5"},
    },
}


def test_variants() -> None:
    assert mapping.variant(read(VARIANT, wire.Variant)) == Variant(
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
        tracked=True,
        cost=Decimal("11.5"),
        updated_at=AT,
    )


def test_a_variant_of_a_known_product_need_not_name_it() -> None:
    bare = {name: value for name, value in VARIANT.items() if name != "product"}
    assert mapping.variant(read(bare, wire.Variant), 9002).product_id == 9002
    with pytest.raises(ValueError, match="without its product"):
        mapping.variant(read(bare, wire.Variant))


def test_a_price_that_is_no_money_is_refused_with_its_place() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.price"):
        read({**VARIANT, "price": "free"}, wire.Variant)
    with pytest.raises(msgspec.ValidationError, match=r"\$\.updatedAt"):
        read({**VARIANT, "updatedAt": "2026-11-21T10:15:00"}, wire.Variant)


def test_stock() -> None:
    body = {
        "id": gid("InventoryItem", 8001),
        "sku": None,
        "tracked": True,
        "updatedAt": TIME,
        "inventoryLevels": {
            "nodes": [
                {
                    "updatedAt": TIME,
                    "location": {"id": gid("Location", 501)},
                    "quantities": [
                        {"name": "available", "quantity": 7},
                        {"name": "on_hand", "quantity": 9},
                    ],
                }
            ],
            "pageInfo": {"hasNextPage": False, "endCursor": "x"},
        },
    }
    item = read(body, wire.Item)
    assert item.levels.next is None
    assert mapping.item_stock(item, item.levels.nodes) == ItemStock(
        item_id=8001,
        sku="",
        tracked=True,
        updated_at=AT,
        levels=(
            StockLevel(
                item_id=8001,
                location_id=501,
                available=7,
                on_hand=9,
                committed=None,
                incoming=None,
                updated_at=AT,
            ),
        ),
    )


def test_price_rows_on_the_wire() -> None:
    rows = [
        PriceWrite(7001, Decimal("24.00"), Decimal("30.0")),
        PriceWrite(7002, Decimal("1E+2"), None),
        PriceWrite(7003, Decimal("0.10"), KEEP),
    ]
    assert [mapping.price_input(row) for row in rows] == [
        {"id": gid("ProductVariant", 7001), "price": "24.00", "compareAtPrice": "30.0"},
        {"id": gid("ProductVariant", 7002), "price": "100", "compareAtPrice": None},
        {"id": gid("ProductVariant", 7003), "price": "0.10"},
    ]
    with pytest.raises(ValueError, match="not an amount"):
        mapping.price_input(PriceWrite(7001, Decimal("NaN")))


def written(number: int, price: str) -> dict[str, Any]:
    return {
        "id": gid("ProductVariant", number),
        "price": price,
        "compareAtPrice": None,
        "updatedAt": TIME,
    }


def answered(payload: dict[str, Any], *numbers: int) -> PriceWriteAnswer:
    rows = [PriceWrite(number, Decimal(24)) for number in numbers]
    return mapping.price_write_answer(rows, read(payload, wire.PricePayload), "r-1")


def error(field: list[str] | None, message: str, code: str | None) -> dict[str, Any]:
    return {"field": field, "message": message, "code": code}


NEGATIVE = error(
    ["variants", "1", "price"],
    "Price must be greater than or equal to 0",
    "GREATER_THAN_OR_EQUAL_TO",
)


def test_a_partial_write_tells_the_refused_rows_from_the_written() -> None:
    payload = {
        "productVariants": [written(1, "24.00"), written(2, "9.00")],
        "userErrors": [NEGATIVE],
    }
    assert answered(payload, 1, 2) == PriceWriteAnswer(
        rows={1: WrittenPrice(Decimal("24.00"), None, AT)},
        errors={2: RowError("GREATER_THAN_OR_EQUAL_TO", NEGATIVE["message"])},
        product_error=None,
        request_id="r-1",
    )


def test_two_errors_of_one_row_are_both_told() -> None:
    compare = error(["variants", "1", "compareAtPrice"], "Compare is too large", "INVALID_INPUT")
    got = answered({"productVariants": None, "userErrors": [compare, NEGATIVE]}, 1, 2)
    assert got.errors == {
        2: RowError("INVALID_INPUT", f"Compare is too large; {NEGATIVE['message']}")
    }
    assert (got.rows, got.unanswered) == ({}, frozenset())


@pytest.mark.parametrize("field", [["productId"], None, ["variants"], ["variants", "9", "id"]])
def test_an_error_of_no_row_is_the_products(field: list[str] | None) -> None:
    gone = error(field, "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    got = answered({"productVariants": None, "userErrors": [gone]}, 1, 2)
    assert got == PriceWriteAnswer(
        rows={},
        errors={},
        product_error=RowError("PRODUCT_DOES_NOT_EXIST", "Product does not exist"),
        request_id="r-1",
    )


def test_a_row_nobody_spoke_of_is_unanswered() -> None:
    got = answered({"productVariants": [written(1, "24.00")], "userErrors": []}, 1, 2)
    assert (set(got.rows), set(got.unanswered)) == ({1}, {2})


def test_live_prices() -> None:
    node = read(written(1, "24.00"), wire.Price)
    assert mapping.live_price(node) == LivePrice(Decimal("24.00"), None, AT)
