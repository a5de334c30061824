"""Bucket, admission, refunds and the throttling answers of contract §3.1 and §3.3."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.conftest import DEMO, OTHER, Sandbox
from tests.sandbox.operations import OPERATIONS

Start = Callable[..., Sandbox]

# 13 points asked, 1 taken.
EMPTY = """{ product(id: "gid://shopify/Product/1") { variants(first: 200) { nodes { id } } } }"""


@pytest.mark.parametrize(
    ("plan", "rate"),
    [("standard", 100.0), ("advanced", 200.0), ("plus", 1000.0), ("enterprise", 2000.0)],
)
def test_the_bucket_is_twenty_seconds_of_the_plans_rate(
    box: Sandbox, plan: str, rate: float
) -> None:
    reading = box.shop("bucket", {"plan": plan, "points_factor": 1})
    assert (reading["rate"], reading["maximum"]) == (rate, 20 * rate)


def test_a_full_page_costs_what_was_requested(start: Start) -> None:
    box = start()
    cost = box.ask(OPERATIONS["VariantPageFlat"])["extensions"]["cost"]
    assert 1987 <= cost["throttleStatus"].pop("currentlyAvailable") <= 2000
    assert cost == {
        "requestedQueryCost": 13,
        "actualQueryCost": 13,
        "throttleStatus": {"maximumAvailable": 2000.0, "restoreRate": 100.0},
    }


def test_a_shorter_page_and_a_missing_object_are_refunded(box: Sandbox) -> None:
    page = "{ productVariants(first: 250, query: \"sku:'MUG-0003-*'\") { nodes { id } } }"
    short = box.ask(page)
    rows = len(short["data"]["productVariants"]["nodes"])
    assert 0 < rows < 25
    cost = short["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 13
    assert cost["actualQueryCost"] < 9
    empty = box.ask(page.replace("MUG-0003", "NO-SUCH"))
    assert empty["extensions"]["cost"]["actualQueryCost"] == 13
    missing = box.ask(OPERATIONS["ProductFull"], id="gid://shopify/Product/1")
    assert missing["data"] == {"product": None}
    cost = missing["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (22, 1)


def test_refunds_are_a_setting(box: Sandbox) -> None:
    box.settings(actual_cost="requested")
    missing = box.ask(OPERATIONS["ProductFull"], id="gid://shopify/Product/1")
    box.settings(actual_cost="rows")
    assert missing["extensions"]["cost"]["actualQueryCost"] == 22


def test_an_empty_bucket_throttles_and_takes_nothing(start: Start) -> None:
    box = start()
    before = box.shop("bucket", {"drain": True})
    status, headers, body = box.raw(OPERATIONS["StockPage"])
    available = body["extensions"]["cost"]["throttleStatus"].pop("currentlyAvailable")
    assert (status, body) == (
        200,
        {
            "errors": [
                {
                    "message": "Throttled",
                    "extensions": {
                        "code": "THROTTLED",
                        "documentation": "https://shopify.dev/api/usage/rate-limits",
                    },
                }
            ],
            "extensions": {
                "cost": {
                    "requestedQueryCost": 163,
                    "actualQueryCost": None,
                    "throttleStatus": {"maximumAvailable": 2000.0, "restoreRate": 100.0},
                }
            },
        },
    )
    assert "retry-after" not in headers
    assert available < 163
    after = box.shop("bucket")
    assert (after["requested"], after["throttled"], after["calls"]) == (before["requested"], 1, 1)


def test_each_shop_has_a_bucket_of_its_own(start: Start) -> None:
    box = start()
    box.shop("bucket", {"drain": True})
    _, _, throttled = box.raw(OPERATIONS["StockPage"], shop=DEMO)
    _, _, served = box.raw(OPERATIONS["StockPage"], shop=OTHER)
    assert "data" not in throttled
    assert len(served["data"]["inventoryItems"]["nodes"]) == 50


def test_points_restored_and_spent_add_up(start: Start) -> None:
    box = start()
    first = box.shop("bucket", {"level": 100})
    for _ in range(3):
        box.ask(OPERATIONS["VariantPageFlat"])
    second = box.shop("bucket")
    restored = second["restored"] - first["restored"]
    assert second["spent"] - first["spent"] == 39
    assert second["level"] == pytest.approx(first["level"] + restored - 39)
    assert restored == pytest.approx(100 * (second["at"] - first["at"]))


def test_while_a_call_lasts_its_whole_cost_is_taken(start: Start) -> None:
    box = start(points=("standard", 0.01))
    box.settings(latency=1)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(box.ask, EMPTY)
        time.sleep(0.3)
        second = box.ask(EMPTY)
        assert second["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert first.result()["extensions"]["cost"]["actualQueryCost"] == 1
    assert "data" in box.ask(EMPTY)


def test_more_than_a_thousand_points_are_refused_on_every_plan(box: Sandbox) -> None:
    box.shop("bucket", {"plan": "enterprise", "points_factor": 1000})
    document = """{ products(first: 250) { nodes { variants(first: 250) { nodes {
        inventoryItem { inventoryLevels(first: 250) { nodes { location { id } } } } } } } } }"""
    status, _, body = box.raw(document)
    cost = body["errors"][0]["extensions"]["cost"]
    assert cost > 1000
    assert (status, body) == (
        200,
        {
            "errors": [
                {
                    "message": f"Query cost is {cost}, which exceeds the single query max cost "
                    "limit (1000).",
                    "extensions": {
                        "code": "MAX_COST_EXCEEDED",
                        "cost": cost,
                        "maxCost": 1000,
                        "documentation": "https://shopify.dev/api/usage/rate-limits",
                    },
                }
            ]
        },
    )


def test_the_debug_header_adds_the_fields(box: Sandbox) -> None:
    _, _, body = box.raw(OPERATIONS["VariantPageFlat"], headers={"Shopify-GraphQL-Cost-Debug": "1"})
    fields: list[dict[str, Any]] = body["extensions"]["cost"]["fields"]
    assert [(f["path"], f["requestedTotalCost"]) for f in fields] == [(["productVariants"], 13)]
