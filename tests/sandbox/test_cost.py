"""The computed costs of contract §3.2, for the operations the sandbox stands in for."""

from typing import Any

import pytest

from sandbox.shopify import cost, documents, inputs, plan, resolvers
from sandbox.shopify.settings import Settings
from tests.sandbox.operations import OPERATIONS

PAYLOADS: dict[str, dict[str, Any]] = {
    "PriceWrite": {"productId": "gid://shopify/Product/1", "variants": [{}] * 250},
    "PriceWriteThin": {"productId": "gid://shopify/Product/1", "variants": [{}] * 5},
    "ProductCreate": {"product": {"title": "Mug"}},
    "ProductEdit": {"product": {"id": "gid://shopify/Product/1"}},
    "ProductRemove": {"id": "gid://shopify/Product/1"},
    "StockSet": {"input": {"name": "available", "reason": "other", "quantities": []}, "key": "k"},
    "StockAdjust": {"input": {"name": "available", "reason": "other", "changes": []}, "key": "k"},
    "HookCreate": {"topic": "PRODUCTS_UPDATE", "sub": {}},
    "HookUpdate": {"id": "gid://shopify/WebhookSubscription/1", "sub": {}},
    "HookDelete": {"id": "gid://shopify/WebhookSubscription/1"},
    "VariantsByIds": {"ids": ["gid://shopify/ProductVariant/1"] * 250},
    "VariantPriceCheck": {"ids": ["gid://shopify/ProductVariant/1"] * 250},
    "StockByItemIds": {"ids": ["gid://shopify/InventoryItem/1"]},
    "ProductsChanged": {"since": "updated_at:>'2026-11-21T10:00:00Z'"},
    "ProductFull": {"id": "gid://shopify/Product/1"},
    "VariantOne": {"id": "gid://shopify/ProductVariant/1"},
    "PickerSearch": {"q": "mug"},
    "StockOne": {"item": "gid://shopify/InventoryItem/1", "location": "gid://shopify/Location/1"},
}

COSTS = {
    "PriceWrite": 60,
    "PriceWriteThin": 11,
    "ProductCreate": 14,
    "ProductEdit": 10,
    "ProductRemove": 10,
    "StockSet": 13,
    "StockAdjust": 13,
    "HookCreate": 11,
    "HookUpdate": 10,
    "HookDelete": 10,
    "HookList": 16,
    "VariantsByIds": 3,
    "VariantPriceCheck": 1,
    "VariantPage": 35,
    "VariantPageFlat": 13,
    "ProductsChanged": 156,
    "ProductFull": 22,
    "VariantOne": 2,
    "PickerSearch": 32,
    "StockPage": 163,
    "StockOne": 11,
    "StockByItemIds": 23,
    "LocationPage": 9,
    "CatalogueCounts": 10,
    "VariantTotal": 10,
    "ShopFacts": 3,
    "GrantedScopes": 2,
    "Versions": 1,
}


def requested(name: str, document: str, settings: Settings) -> int:
    resolvers.register()
    valid = documents.read(document)
    operation = valid.operation(name)
    values = inputs.variables(operation, PAYLOADS.get(name, {}))
    compiled = plan.compiled(valid, operation)

    def arguments(field: plan.Field) -> dict[str, Any]:
        return inputs.arguments(field.definitions, field.argument_nodes, values)

    return cost.Pricing(settings, arguments, values).plan(compiled)


def test_requested_costs_are_those_of_the_contract() -> None:
    found = {name: requested(name, text, Settings()) for name, text in OPERATIONS.items()}
    assert found == COSTS


@pytest.mark.parametrize(
    ("rows", "factor"),
    [
        (1, 1),
        (2, 1),
        (5, 3),
        (10, 4),
        (20, 5),
        (25, 6),
        (50, 7),
        (100, 9),
        (200, 10),
        (250, 11),
    ],
)
def test_a_connection_multiplies_by_the_logarithm_of_its_rows(rows: int, factor: int) -> None:
    assert cost.multiplier(rows) == factor


@pytest.mark.parametrize(("rounding", "points"), [("floor", 10), ("round", 11), ("ceil", 11)])
def test_a_setting_decides_how_fractions_end(rounding: str, points: int) -> None:
    settings = Settings(cost_rounding=rounding)  # type: ignore[arg-type]  # parametrised by text
    text = OPERATIONS["PriceWriteThin"]
    valid = documents.read(text)
    operation = valid.operation("PriceWriteThin")
    values = {"productId": "gid://shopify/Product/1", "variants": [{}] * 3}
    compiled = plan.compiled(valid, operation)

    def arguments(field: plan.Field) -> dict[str, Any]:
        return inputs.arguments(field.definitions, field.argument_nodes, values)

    assert cost.Pricing(settings, arguments, values).plan(compiled) == points
