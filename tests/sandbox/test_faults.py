"""Scripted misbehaviour, and a state that survives `kill -9`."""

import http.client
import time
import urllib.error
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import (
    DEMO,
    PRICE_WRITE,
    SUBSCRIBE,
    ProcessSandbox,
    Receiver,
    Sandbox,
    product_gid,
    variant_gid,
)

NAME = "{ shop { name } }"
CUT = (http.client.RemoteDisconnected, ConnectionError, urllib.error.URLError)


def price_of(box: Sandbox, number: int) -> str:
    return next(str(v["price"]) for v in box.shop("variants")["variants"] if v["id"] == number)


def write(box: Sandbox, variant: dict[str, Any], price: str) -> tuple[int, Any]:
    rows = [{"id": variant_gid(variant["id"]), "price": price}]
    variables = {"productId": product_gid(variant["product_id"]), "variants": rows}
    status, _, body = box.raw(PRICE_WRITE, variables)
    return status, body


@pytest.mark.parametrize(
    ("kind", "price"),
    [("reset", "20.00"), ("lose_answer", "30.00")],
)
def test_a_cut_call_is_done_or_not_as_scripted(box: Sandbox, kind: str, price: str) -> None:
    variant = box.shop("variants")["variants"][0]
    box.shop("edit", {"variant_id": variant["id"], "price": "20.00"})
    box.control("POST", "faults", {"kind": kind, "count": 1, "operation": "PriceWrite"})
    assert box.raw(NAME)[0] == 200
    with pytest.raises(CUT):
        write(box, variant, "30.00")
    assert price_of(box, variant["id"]) == price
    assert write(box, variant, "40.00")[0] == 200
    box.control("DELETE", "faults")


@pytest.mark.parametrize(
    ("kind", "status", "price"),
    [
        ("5xx_before", 503, "20.00"),
        ("5xx_after", 503, "30.00"),
        ("unauthorized", 401, "20.00"),
        ("frozen_402", 402, "20.00"),
        ("forbidden_403", 403, "20.00"),
        ("locked_423", 423, "20.00"),
        ("throttle", 200, "20.00"),
        ("internal_error", 200, "30.00"),
    ],
)
def test_a_refused_call_is_done_or_not_as_scripted(
    box: Sandbox, kind: str, status: int, price: str
) -> None:
    variant = box.shop("variants")["variants"][0]
    box.shop("edit", {"variant_id": variant["id"], "price": "20.00"})
    box.control("POST", "faults", {"kind": kind, "count": 1})
    found, body = write(box, variant, "30.00")
    assert (found, price_of(box, variant["id"])) == (status, price)
    codes = {"throttle": "THROTTLED", "internal_error": "INTERNAL_SERVER_ERROR"}
    if kind in codes:
        assert body["errors"][0]["extensions"]["code"] == codes[kind]
    box.control("DELETE", "faults")


def test_a_slow_call_takes_its_time(box: Sandbox) -> None:
    box.control("POST", "faults", {"kind": "slow", "seconds": 0.4, "count": 1})
    begun = time.monotonic()
    assert box.raw(NAME)[0] == 200
    assert time.monotonic() - begun >= 0.4
    box.control("DELETE", "faults")


def test_the_same_seed_strikes_the_same_calls(box: Sandbox) -> None:
    def struck() -> list[int]:
        rule = {"kind": "5xx_before", "rate": 0.5}
        box.control("POST", "faults", {"seed": 7, "faults": [rule]})
        statuses = [box.raw(NAME)[0] for _ in range(12)]
        box.control("DELETE", "faults")
        return statuses

    first = struck()
    assert set(first) == {200, 503}
    assert struck() == first


def test_a_wrong_fault_is_refused_with_words(box: Sandbox) -> None:
    headers = {"X-Sandbox": "1"}
    for rule in (
        {"kind": "explode"},
        {"kind": "slow", "second": 1},
        {"kind": "slow", "operation": "("},
    ):
        status, _, body = box.send("POST", "/_sandbox/faults", rule, headers)
        assert (status, list(body)) == (400, ["error"])
    assert box.control("GET", "faults") == {"faults": []}


def snapshot(box: Sandbox) -> list[Any]:
    """Everything a caller was told of, without the moment of the last webhook."""
    hooks = box.shop("subscriptions")["subscriptions"]
    return [
        box.shop("variants"),
        box.shop("products"),
        [{key: hook[key] for key in ("id", "topic", "uri", "created")} for hook in hooks],
        box.effects(),
        box.control("GET", ""),
    ]


def test_what_was_answered_survives_kill_9(
    start: Callable[..., Sandbox], receiver: Receiver
) -> None:
    box = start(ProcessSandbox, webhooks=receiver.url, retry_clock=50)
    sub = {"uri": "https://backroom.test/hook"}
    box.ask(SUBSCRIBE, topic="PRODUCTS_UPDATE", sub=sub)
    receiver.statuses = [500]
    variant = box.shop("variants")["variants"][0]
    assert write(box, variant, "77.70")[0] == 200
    receiver.wait(1)
    box.shop("rotate", {"token": "shpat_fresh"})
    before = snapshot(box)
    box.stop()
    box.start()
    after = snapshot(box)
    assert after == before
    assert box.raw(NAME)[0] == 401
    assert box.raw(NAME, token="shpat_fresh")[0] == 200
    bodies = receiver.wait(2)
    assert bodies[0] == bodies[1]


def test_new_ids_after_a_restart_meet_no_old_ones(start: Callable[..., Sandbox]) -> None:
    box = start(ProcessSandbox)
    document = (
        "mutation M($p: ProductCreateInput) { productCreate(product: $p) { product { id } } }"
    )
    create = {"p": {"title": "Birch Lamp"}}
    first = box.ask(document, **create)["data"]["productCreate"]["product"]["id"]
    box.ask("mutation M($i: ProductDeleteInput!) { productDelete(input: $i) "
            "{ deletedProductId } }", i={"id": first})  # fmt: skip
    box.stop()
    box.start()
    second = box.ask(document, **create)["data"]["productCreate"]["product"]["id"]
    assert second > first
    assert DEMO in box.page("/")[1]
