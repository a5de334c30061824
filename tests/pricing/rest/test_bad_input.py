"""Whatever is sent, the answer is a problem that names the place; nothing is made of it."""

import json
from typing import Any

import pytest

from pricing.models import PricingJob
from tests.rest.conftest import Caller, told

from .conftest import JOBS, PREVIEW, TEN_OFF, WISH, pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("variants")]

DOORS = pytest.mark.parametrize("door", [JOBS, PREVIEW])
BIG = "9" * 400
TRUE = True
IN_STOCK = {"items": [{"field": "stock", "op": "gt", "value": "0"}]}


def rule(**parts: Any) -> dict[str, Any]:
    return {**WISH, "rules": [{**TEN_OFF, **parts}]}


def action(kind: Any, value: Any = None) -> dict[str, Any]:
    return rule(action={"kind": kind, "value": value})


def asking(**filters: Any) -> dict[str, Any]:
    return {**WISH, "selection": filters}


@DOORS
@pytest.mark.parametrize(
    ("body", "places"),
    [
        ([], ["#"]),
        ("text", ["#"]),
        (None, ["#"]),
        (7, ["#"]),
        ({}, ["#/rules"]),
        ({**WISH, "rulez": 1}, ["#/rulez"]),
        ({**WISH, "name": 5}, ["#/name"]),
        ({**WISH, "name": ""}, ["#/name"]),
        ({**WISH, "name": "x" * 121}, ["#/name"]),
        ({**WISH, "connection": 12}, ["#/connection"]),
        ({**WISH, "connection": True}, ["#/connection"]),
        ({**WISH, "connection": "not-an-id"}, ["#/connection"]),
        ({**WISH, "connection": "11111111-1111-4111-8111-111111111111"}, ["#/connection"]),
        ({**WISH, "conflict_policy": "win"}, ["#/conflict_policy"]),
        ({**WISH, "conflict_policy": ["skip"]}, ["#/conflict_policy"]),
        ({**WISH, "price_file": {}}, ["#/price_file"]),
        ({**WISH, "selection": []}, ["#/selection"]),
        ({**WISH, "selection": "all"}, ["#/selection"]),
        ({**WISH, "rules": []}, ["#/rules"]),
        ({**WISH, "rules": {}}, ["#/rules"]),
        ({**WISH, "rules": None}, ["#/rules"]),
        ({**WISH, "rules": [{**TEN_OFF, "when": IN_STOCK}] * 21}, ["#/rules"]),
        ({**WISH, "rules": [7]}, ["#/rules/0"]),
        (rule(action=None), ["#/rules/0/action"]),
        (action("explode", "1"), ["#/rules/0/action/kind"]),
        (action("percent"), ["#/rules/0/action/value"]),
        (action("percent", "-101"), ["#/rules/0/action/value"]),
        (action("percent", 1e300), ["#/rules/0/action/value"]),
        (action("percent", "NaN"), ["#/rules/0/action/value"]),
        (action("percent", "1e5"), ["#/rules/0/action/value"]),
        (action("percent", TRUE), ["#/rules/0/action/value"]),
        (action("percent", [1]), ["#/rules/0/action/value"]),
        (action("set", "-1"), ["#/rules/0/action/value"]),
        (action("set", BIG), ["#/rules/0/action/value"]),
        (action("set", int(BIG)), ["#/rules/0/action/value"]),
        (rule(guards=[{"kind": "floor"}]), ["#/rules/0/guards/0/value"]),
        (rule(surprise=1), ["#/rules/0/surprise"]),
        (rule(non_field_errors=1), ["#/rules/0"]),
        (rule(**{"a/b": 1}), ["#/rules/0/a~1b"]),
        (rule(when={"items": [{"field": "x", "op": "is"}]}), ["#/rules/0/when/items/0/field"]),
        (asking(colour="red"), ["#/selection/colour"]),
        (asking(stock_min="many"), ["#/selection/stock_min"]),
        (asking(stock_min=1.5), ["#/selection/stock_min"]),
        (asking(stock_min=int(BIG)), ["#/selection/stock_min"]),
        (asking(stock_min=5, stock_max=4), ["#/selection/stock_max"]),
        (asking(price_min="-1"), ["#/selection/price_min"]),
        (asking(price_min="sNaN"), ["#/selection/price_min"]),
        (asking(price_min="Infinity"), ["#/selection/price_min"]),
        (asking(price_min=1e300), ["#/selection/price_min"]),
        (asking(price_min="1e-99999"), ["#/selection/price_min"]),
        (asking(variant_ids="all"), ["#/selection/variant_ids"]),
        (asking(variant_ids=[7]), ["#/selection/variant_ids"]),
        (asking(skus=[{}]), ["#/selection/skus"]),
        (asking(skus=["x"] * 20_001), ["#/selection/skus"]),
        (asking(text="x" * 201), ["#/selection/text"]),
        (asking(all="perhaps"), ["#/selection/all"]),
        (asking(status="lost"), ["#/selection/status"]),
    ],
    ids=lambda value: json.dumps(value)[:70],
)
def test_what_cannot_be_meant(editor: Caller, door: str, body: Any, places: list[str]) -> None:
    problem = told(editor.send(door, json.dumps(body)))
    assert (problem["status"], problem["code"], pointers(problem)) == (400, "invalid-input", places)
    assert not PricingJob.objects.exists()


@DOORS
def test_everything_that_is_wrong_is_said_at_once(editor: Caller, door: str) -> None:
    body = {
        "name": 5,
        "selection": {"stock_min": "x", "colour": "red"},
        "rules": [{"action": {"kind": "set", "value": "-1"}, "x": 1}, {"action": 5}],
        "unknown": 1,
    }
    assert sorted(pointers(told(editor.send(door, body)))) == [
        "#/name",
        "#/rules/0/action/value",
        "#/rules/0/x",
        "#/rules/1/action",
        "#/rules/1/when",
        "#/selection/colour",
        "#/selection/stock_min",
        "#/unknown",
    ]


@DOORS
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-json"),
        (b'{"rules": NaN}', 400, "malformed-json"),
        (b'{"rules": [{"action": {"kind": "set", "value": 1e999}}]}', 400, "malformed-json"),
        (b'{"rules": ' + b"9" * 5_000 + b"}", 400, "malformed-json"),
        (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", 400, "malformed-json"),
        (b'{"rules": ' + b"[" * 500_000, 400, "malformed-json"),
        (b'{"name": "a", "name": "b"}', 400, "malformed-json"),
        (b'{"name": "\xff"}', 400, "malformed-json"),
        (b'{"name": "\\u0000"}', 400, "malformed-json"),
        (b" " * (2 * 1024 * 1024 + 1), 413, "too-big"),
    ],
    ids=range(10),
)
def test_what_is_no_document(
    editor: Caller, door: str, body: bytes, status: int, code: str
) -> None:
    problem = told(editor.send(door, body))
    assert (problem["status"], problem["code"]) == (status, code)
    assert not PricingJob.objects.exists()


@DOORS
@pytest.mark.parametrize("place", ["", "selection", "rules"])
def test_two_megabytes_of_made_up_keys(editor: Caller, door: str, place: str) -> None:
    flood = {f"key-{number}": 0 for number in range(90_000)}
    body: dict[str, Any] = {**WISH, **flood}
    if place == "selection":
        body = {**WISH, place: flood}
    elif place:
        body = {**WISH, place: [{**TEN_OFF, **flood}]}
    answer = editor.send(door, body)
    assert told(answer)["code"] == "invalid-input"
    assert len(answer.content) < 5_000


@DOORS
def test_a_body_of_another_type(editor: Caller, door: str) -> None:
    answer = editor.generic("POST", door, "rules=1", content_type="text/plain")
    assert told(answer)["status"] == 415
