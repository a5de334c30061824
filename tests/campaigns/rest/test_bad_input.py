"""Whatever is sent, the answer is a problem that names the place; nothing is made of it."""

import json
from typing import Any

import pytest

from campaigns.models import Campaign
from pricing.models import PriceLayer
from tests.rest.conftest import Caller, told

from .conftest import BY_HAND, CAMPAIGNS, LOW, NOBODY, TENTH_UP, WISH, pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("variants")]

BIG = "9" * 400


def trigger(**parts: Any) -> dict[str, Any]:
    return {**WISH, "triggers": [{**LOW, **parts}]}


def triggers(*each: Any) -> dict[str, Any]:
    return {**WISH, "triggers": list(each)}


def rule(**parts: Any) -> dict[str, Any]:
    return {**WISH, "rules": [{**TENTH_UP, **parts}]}


def asking(**filters: Any) -> dict[str, Any]:
    return {**WISH, "selection": filters}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ([], ["#"]),
        ("text", ["#"]),
        (None, ["#"]),
        ({}, ["#/name", "#/rules", "#/triggers"]),
        ({**WISH, "nome": 1}, ["#/nome"]),
        ({**WISH, "status": "active"}, ["#/status"]),
        ({**WISH, "name": 5}, ["#/name"]),
        ({**WISH, "name": "  "}, ["#/name"]),
        ({**WISH, "name": "x" * 121}, ["#/name"]),
        ({**WISH, "connection": 12}, ["#/connection"]),
        ({**WISH, "connection": NOBODY}, ["#/connection"]),
        ({**WISH, "saved_filter": 12}, ["#/saved_filter"]),
        ({**WISH, "saved_filter": NOBODY}, ["#/saved_filter"]),
        ({**WISH, "follows_catalogue": "yes"}, ["#/follows_catalogue"]),
        ({**WISH, "follows_catalogue": None}, ["#/follows_catalogue"]),
        ({**WISH, "builds_on": 1}, ["#/builds_on"]),
        ({**WISH, "outside_edits": "ignore"}, ["#/outside_edits"]),
        ({**WISH, "outside_edits": ["adopt"]}, ["#/outside_edits"]),
        ({**WISH, "priority": -1}, ["#/priority"]),
        ({**WISH, "priority": 1_001}, ["#/priority"]),
        ({**WISH, "priority": "high"}, ["#/priority"]),
        ({**WISH, "priority": True}, ["#/priority"]),
        ({**WISH, "priority": 1.5}, ["#/priority"]),
        ({**WISH, "priority": None}, ["#/priority"]),
        ({**WISH, "priority": int(BIG)}, ["#/priority"]),
        ({**WISH, "min_margin": "-1"}, ["#/min_margin"]),
        ({**WISH, "min_margin": "99.5"}, ["#/min_margin"]),
        ({**WISH, "min_margin": "12.345"}, ["#/min_margin"]),
        ({**WISH, "min_margin": "NaN"}, ["#/min_margin"]),
        ({**WISH, "min_margin": "Infinity"}, ["#/min_margin"]),
        ({**WISH, "min_margin": "1e1000000"}, ["#/min_margin"]),
        ({**WISH, "min_margin": 1e300}, ["#/min_margin"]),
        ({**WISH, "min_margin": True}, ["#/min_margin"]),
        ({**WISH, "min_margin": [1]}, ["#/min_margin"]),
        ({**WISH, "min_margin": BIG}, ["#/min_margin"]),
        ({**WISH, "cool_down_minutes": -1}, ["#/cool_down_minutes"]),
        ({**WISH, "cool_down_minutes": 43_201}, ["#/cool_down_minutes"]),
        ({**WISH, "moves_per_day": 0}, ["#/moves_per_day"]),
        ({**WISH, "moves_per_day": 1_001}, ["#/moves_per_day"]),
        ({**WISH, "starts_at": "tomorrow"}, ["#/starts_at"]),
        ({**WISH, "starts_at": "2031-12-01T00:00:00"}, ["#/starts_at"]),
        ({**WISH, "starts_at": 1_900_000_000}, ["#/starts_at"]),
        ({**WISH, "starts_at": "2020-12-01T00:00:00Z"}, ["#/starts_at"]),
        ({**WISH, "starts_at": "0001-01-01T00:00:00+14:00"}, ["#/starts_at"]),
        ({**WISH, "ends_at": "2020-12-01T00:00:00Z"}, ["#/ends_at"]),
        ({**WISH, "ends_at": "9999-12-31T23:59:59-14:00"}, ["#/ends_at"]),
        (
            {**WISH, "starts_at": "2031-12-08T00:00:00Z", "ends_at": "2031-12-01T00:00:00Z"},
            ["#/ends_at"],
        ),
        (
            {**WISH, "starts_at": "2031-12-01T00:00:00Z", "ends_at": "2031-12-01T01:00:00+01:00"},
            ["#/ends_at"],
        ),
        ({name: WISH[name] for name in ("name", "triggers", "rules")}, ["#/selection"]),
        (asking(), ["#/selection"]),
        (asking(all=False), ["#/selection"]),
        (asking(vendor=""), ["#/selection"]),
        ({**WISH, "selection": "all"}, ["#/selection"]),
        (asking(colour="red"), ["#/selection/colour"]),
        (asking(stock_min=5, stock_max=4), ["#/selection/stock_max"]),
        (asking(variant_ids=[7]), ["#/selection/variant_ids"]),
        (asking(skus=["x"] * 20_001), ["#/selection/skus"]),
        (triggers(), ["#/triggers"]),
        ({**WISH, "triggers": {}}, ["#/triggers"]),
        ({**WISH, "triggers": None}, ["#/triggers"]),
        ({**WISH, "triggers": "always"}, ["#/triggers"]),
        (triggers(*[{"kind": "stock_below", "threshold": n} for n in range(6)]), ["#/triggers"]),
        (triggers(7), ["#/triggers/0"]),
        (triggers({}), ["#/triggers/0/kind"]),
        (triggers({"kind": "weather"}), ["#/triggers/0/kind"]),
        (triggers({"kind": "stock_below"}), ["#/triggers/0/threshold"]),
        (trigger(threshold="many"), ["#/triggers/0/threshold"]),
        (trigger(threshold=1.5), ["#/triggers/0/threshold"]),
        (trigger(threshold=int(BIG)), ["#/triggers/0/threshold"]),
        (trigger(threshold=True), ["#/triggers/0/threshold"]),
        (trigger(margin=-1), ["#/triggers/0/margin"]),
        (trigger(off=1), ["#/triggers/0/off"]),
        (trigger(off=9, margin=1), ["#/triggers/0/margin"]),
        (trigger(location=0), ["#/triggers/0/location"]),
        (trigger(surprise=1), ["#/triggers/0/surprise"]),
        (trigger(**{"a/b": 1}), ["#/triggers/0/a~1b"]),
        (trigger(non_field_errors=1), ["#/triggers/0"]),
        (triggers(LOW, LOW), ["#/triggers/1"]),
        (triggers({"kind": "always"}, BY_HAND), ["#/triggers/1"]),
        (triggers({"kind": "back_in_stock", "hold": 0}), ["#/triggers/0/hold"]),
        (
            triggers({"kind": "stock_change", "percent": "-1", "hours": 0}),
            ["#/triggers/0/direction"],
        ),
        (
            triggers({"kind": "stock_change", "direction": "fall", "percent": 101, "hours": 1}),
            ["#/triggers/0/percent"],
        ),
        ({**WISH, "rules": []}, ["#/rules"]),
        ({**WISH, "rules": [7]}, ["#/rules/0"]),
        (rule(action={"kind": "explode"}), ["#/rules/0/action/kind"]),
        (rule(action={"kind": "percent", "value": "NaN"}), ["#/rules/0/action/value"]),
        (rule(action={"kind": "file"}), ["#/rules"]),
        (rule(compare_at={"kind": "file"}), ["#/rules"]),
        (rule(surprise=1), ["#/rules/0/surprise"]),
    ],
    ids=lambda value: json.dumps(value)[:70],
)
def test_what_cannot_be_meant(editor: Caller, body: Any, places: list[str]) -> None:
    problem = told(editor.send(CAMPAIGNS, json.dumps(body)))
    assert (problem["status"], problem["code"]) == (400, "invalid-input")
    assert sorted(pointers(problem)) == places
    assert not Campaign.objects.exists()
    assert not PriceLayer.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "places"),
    [
        (asking(price_max="20"), "targets-move", ["#/selection"]),
        (asking(stock_min=1), "targets-move", ["#/selection"]),
    ],
)
def test_what_contradicts_itself(
    editor: Caller, body: dict[str, Any], code: str, places: list[str]
) -> None:
    problem = told(editor.send(CAMPAIGNS, body))
    assert (problem["status"], problem["code"], pointers(problem)) == (422, code, places)
    assert not Campaign.objects.exists()
    assert not PriceLayer.objects.exists()
    # A list that is fixed at the start does not move.
    fixed = editor.send(CAMPAIGNS, {**body, "follows_catalogue": False})
    assert fixed.status_code == 201


def test_everything_that_is_wrong_is_said_at_once(editor: Caller) -> None:
    body = {
        "name": 5,
        "selection": {"stock_min": "x", "colour": "red"},
        "triggers": [{"kind": "stock_below", "threshold": "x"}, 7],
        "rules": [{"action": {"kind": "set", "value": "-1"}, "x": 1}],
        "priority": -1,
        "unknown": 1,
    }
    assert sorted(pointers(told(editor.send(CAMPAIGNS, body)))) == [
        "#/name",
        "#/priority",
        "#/rules/0/action/value",
        "#/rules/0/x",
        "#/selection/colour",
        "#/selection/stock_min",
        "#/triggers/0/threshold",
        "#/triggers/1",
        "#/unknown",
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-json"),
        (b'{"triggers": NaN}', 400, "malformed-json"),
        (b'{"triggers": [{"kind": "stock_below", "threshold": 1e999}]}', 400, "malformed-json"),
        (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", 400, "malformed-json"),
        (b'{"triggers": ' + b"[" * 500_000, 400, "malformed-json"),
        (b'{"name": "a", "name": "b"}', 400, "malformed-json"),
        (b'{"name": "\\u0000"}', 400, "malformed-json"),
        (b" " * (2 * 1024 * 1024 + 1), 413, "too-big"),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_is_no_document(
    editor: Caller, draft: Campaign, method: str, body: bytes, status: int, code: str
) -> None:
    door = CAMPAIGNS if method == "POST" else f"{CAMPAIGNS}{draft.pk}/"
    problem = told(editor.send(door, body, method=method))
    assert (problem["status"], problem["code"]) == (status, code)
    assert list(Campaign.objects.values_list("name", flat=True)) == ["Short stock"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("place", ["", "selection", "triggers", "rules"])
def test_two_megabytes_of_made_up_keys(
    editor: Caller, draft: Campaign, method: str, place: str
) -> None:
    flood = {f"key-{number}": 0 for number in range(90_000)}
    body: dict[str, Any] = {**WISH, **flood}
    if place == "selection":
        body = {**WISH, place: flood}
    elif place == "triggers":
        body = {**WISH, place: [{**LOW, **flood}]}
    elif place:
        body = {**WISH, place: [{**TENTH_UP, **flood}]}
    door = CAMPAIGNS if method == "POST" else f"{CAMPAIGNS}{draft.pk}/"
    answer = editor.send(door, body, method=method)
    assert told(answer)["code"] == "invalid-input"
    assert len(answer.content) < 5_000
    assert Campaign.objects.count() == 1


def test_as_many_triggers_as_a_body_holds(editor: Caller) -> None:
    answer = editor.send(CAMPAIGNS, {**WISH, "triggers": [{"kind": "x"}] * 90_000})
    problem = told(answer)
    assert (problem["code"], len(answer.content) < 5_000) == ("invalid-input", True)
    assert "#/triggers" in pointers(problem)
