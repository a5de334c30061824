"""Stock writes of contract §5 and what the merchant does to stock."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.operations import OPERATIONS

SET, ADJUST = OPERATIONS["StockSet"], OPERATIONS["StockAdjust"]
LEVEL = OPERATIONS["StockOne"]


@pytest.fixture
def level(box: Sandbox) -> dict[str, Any]:
    """A tracked item at a location, brought to 10."""
    summary = box.control("GET", "")["shops"][0]
    place = f"gid://shopify/Location/{summary['locations'][0]}"
    variant = next(v for v in box.shop("variants")["variants"] if v["available"] > 5)
    item = f"gid://shopify/InventoryItem/{variant['inventory_item_id']}"
    row = {"inventoryItemId": item, "locationId": place}
    given = {"name": "available", "reason": "correction", "quantities": [row | {
        "quantity": 10, "changeFromQuantity": None}]}  # fmt: skip
    key = f"reset-{box.control('GET', 'calls')}"
    assert box.ask(SET, input=given, key=key)["data"]["inventorySetQuantities"]["userErrors"] == []
    return row


def available(box: Sandbox, row: dict[str, Any]) -> int:
    body = box.ask(LEVEL, item=row["inventoryItemId"], location=row["locationId"])
    quantities = body["data"]["inventoryItem"]["inventoryLevel"]["quantities"]
    return int(quantities[0]["quantity"])


def set_to(row: dict[str, Any], quantity: int, change_from: int | None) -> dict[str, Any]:
    moved = row | {"quantity": quantity, "changeFromQuantity": change_from}
    return {"name": "available", "reason": "correction", "quantities": [moved]}


def test_setting_lists_available_and_on_hand(box: Sandbox, level: dict[str, Any]) -> None:
    body = box.ask(SET, input=set_to(level, 7, 10), key="set-1")
    group = body["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    item, place = {"id": level["inventoryItemId"]}, {"id": level["locationId"]}
    assert group["changes"] == [
        {"name": name, "delta": -3, "quantityAfterChange": None, "item": item, "location": place}
        for name in ("available", "on_hand")
    ]
    assert body["extensions"]["cost"]["actualQueryCost"] == 13
    assert available(box, level) == 7


def test_a_stale_quantity_is_refused(box: Sandbox, level: dict[str, Any]) -> None:
    body = box.ask(SET, input=set_to(level, 7, 9), key="stale-1")
    assert body["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"] is None
    errors = body["data"]["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == ["CHANGE_FROM_QUANTITY_STALE"]
    assert body["extensions"]["cost"]["actualQueryCost"] == 10
    assert available(box, level) == 10


def test_a_key_has_one_effect(box: Sandbox, level: dict[str, Any]) -> None:
    given = {
        "name": "available",
        "reason": "received",
        "changes": [level | {"delta": 2, "changeFromQuantity": None}],
    }
    first = box.ask(ADJUST, input=given, key="once")["data"]
    again = box.ask(ADJUST, input=given, key="once")["data"]
    assert first == again
    assert available(box, level) == 12
    other = given | {"reason": "other"}
    refused = box.ask(ADJUST, input=other, key="once")["data"]["inventoryAdjustQuantities"]
    assert [error["code"] for error in refused["userErrors"]] == [
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    ]
    assert available(box, level) == 12


def test_the_key_of_a_failed_attempt_is_burnt(box: Sandbox, level: dict[str, Any]) -> None:
    for code in ("CHANGE_FROM_QUANTITY_STALE", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"):
        body = box.ask(SET, input=set_to(level, 7, 99), key="burnt")
        errors = body["data"]["inventorySetQuantities"]["userErrors"]
        assert [error["code"] for error in errors] == [code]


def test_the_directive_is_demanded_from_2026_04_on(box: Sandbox, level: dict[str, Any]) -> None:
    bare = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    variables = {"input": set_to(level, 10, 10)}
    body = box.raw(bare, variables)[2]
    assert body["data"] == {"inventorySetQuantities": None}
    assert body["errors"][0]["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )
    assert body["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    older = box.raw(bare, variables, version="2026-01")[2]
    assert older["data"]["inventorySetQuantities"]["userErrors"] == []


def test_change_from_quantity_must_be_present(box: Sandbox, level: dict[str, Any]) -> None:
    given = set_to(level, 7, None)
    del given["quantities"][0]["changeFromQuantity"]
    body = box.ask(SET, input=given, key="absent")
    assert body["errors"][0]["message"] == (
        "InventoryQuantityInput must include the following argument: changeFromQuantity."
    )
    assert body["errors"][0]["extensions"] == {"code": "INVALID_FIELD_ARGUMENTS"}
    old = set_to(level, 7, None) | {"ignoreCompareQuantity": True}
    body = box.ask(SET, input=old, key="old")
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


def test_a_sale_moves_stock_and_the_product_and_a_transfer_keeps_the_sum(
    start: Callable[..., Sandbox],
) -> None:
    box = start()
    places = box.control("GET", "")["shops"][0]["locations"]
    variant = next(v for v in box.shop("variants")["variants"] if v["available"] > 20)
    number, before = variant["id"], variant["available"]
    assert box.shop("sell", {"variant_id": number, "quantity": 2}) == {"available": before - 2}
    assert box.shop("restock", {"variant_id": number, "quantity": 5}) == {"available": before + 3}
    moved = {"variant_id": number, "quantity": 1, "from": places[0], "to": places[1]}
    assert box.shop("transfer", moved) == {"available": before + 3}
    operations = [effect["operation"] for effect in box.effects(variant_id=str(number))]
    assert operations == ["sell", "restock", "transfer", "transfer"]
