"""Rules that cannot be meant: each is refused at its place, and all of them at once."""

from typing import Any

import pytest

from pricing.rules import read_rules

from .documents import NUMBER, SET, action, ask, guarded, refusals, when

LONG = "Enter a number of at most 18 digits before the point."
MOST = "Enter at most 999,999,999,999,999,999.99."
RULE_KEYS = "name, when, action, compare_at, rounding, guards"
ACTIONS = "set, amount, percent, margin, markup, to_compare_at, from_compare_at, file"


@pytest.mark.parametrize(
    ("raw", "errors"),
    [
        (None, {"": "Enter a list of rules."}),
        ({}, {"": "Enter a list of rules."}),
        ("[]", {"": "Enter a list of rules."}),
        ([], {"": "Enter 1 to 20 rules."}),
        ([5], {"0": f"Enter an object with {RULE_KEYS}."}),
        ([{}], {"0.action": "Enter an object with kind, value."}),
        ([{**SET, "colour": 1}], {"0.colour": f"Leave it out: known here are {RULE_KEYS}."}),
        ([{**SET, 7: 1}], {"0.7": f"Leave it out: known here are {RULE_KEYS}."}),
        ([{**SET, "name": 5}], {"0.name": "Enter a text."}),
        ([{**SET, "name": "x" * 201}], {"0.name": "Enter at most 200 characters."}),
        (
            [{**SET, "name": "a\0b"}],
            {"0.name": "Leave out line ends, NUL and other characters without a shape."},
        ),
        ([{"action": "set"}], {"0.action": "Enter an object with kind, value."}),
        ([action("buy")], {"0.action.kind": f"Choose one of: {ACTIONS}."}),
        ([action(["set"])], {"0.action.kind": f"Choose one of: {ACTIONS}."}),
        (
            [{"action": {"kind": "file", "to": 1}}],
            {"0.action.to": "Leave it out: known here are kind, value."},
        ),
        ([{**SET, "when": []}], {"0.when": "Enter an object with match, items."}),
        (
            [{**SET, "when": {"match": "none", "items": []}}],
            {"0.when.match": "Choose one of: all, any."},
        ),
        (
            [{**SET, "when": {"match": "all"}}],
            {"0.when.items": "Enter a list of conditions."},
        ),
        ([{**SET, "guards": {}}], {"0.guards": "Enter a list of at most 4 limits."}),
        ([{**SET, "guards": [5]}], {"0.guards.0": "Enter an object with kind, value, otherwise."}),
        (
            [{**SET, "rounding": "0.05"}],
            {"0.rounding": "Enter an object with step, ending, direction."},
        ),
        ([{**SET, "compare_at": "keep"}], {"0.compare_at": "Enter an object with kind, value."}),
    ],
)
def test_shapes(raw: Any, errors: dict[str, str]) -> None:
    assert refusals(raw) == errors


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.1, "0.1 is not a tenth; send it as a string."),
        (float("nan"), "0.1 is not a tenth; send it as a string."),
        (True, NUMBER),
        ([], NUMBER),
        ("", NUMBER),
        ("NaN", NUMBER),
        ("sNaN", NUMBER),
        ("Infinity", NUMBER),
        ("-inf", NUMBER),
        ("1e999999", NUMBER),
        ("1e2", NUMBER),
        ("1,50", NUMBER),
        ("1_000", NUMBER),
        ("٣", NUMBER),
        ("5 CAD", NUMBER),
        ("1" * 100, LONG),
        (10**100, LONG),
        pytest.param(10**5000, LONG, id="5,000 digits"),
        ("1" * 30, MOST),
        (10**18, MOST),
        ("-0.01", "Enter at least 0."),
        ("5.001", "Enter at most 2 decimals."),
    ],
)
def test_amounts(value: Any, said: str) -> None:
    assert refusals([action("set", value)]) == {"0.action.value": said}


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        (action("set", "5.5"), "action.value"),
        (action("amount", "-5.5"), "action.value"),
        ({**SET, "compare_at": {"kind": "set", "value": "5.5"}}, "compare_at.value"),
        ({**SET, "rounding": {"step": "5", "ending": "0.5"}}, "rounding.ending"),
        ({**SET, "rounding": {"step": "1.5"}}, "rounding.step"),
        (guarded(("floor", "5.5")), "guards.0.value"),
        (when(ask("price", "gte", "5.5")), "when.items.0.value"),
        (when(ask("cost", "between", ["5", "6.5"])), "when.items.0.value.1"),
    ],
)
def test_a_currency_without_decimals(rule: dict[str, Any], place: str) -> None:
    said = {f"0.{place}": "Enter a whole amount: the currency has no decimals."}
    assert refusals([rule], digits=0) == said
    assert read_rules([rule]) != ()


PERCENT = "Enter a percentage of at least -100 and at most 10,000."
MARGIN = "Enter a percentage of at least 0 and below 100."
STEP = "rounding.step"


@pytest.mark.parametrize(
    ("rule", "place", "said"),
    [
        (action("set"), "action.value", "Enter a value: this action needs one."),
        (action("percent"), "action.value", "Enter a value: this action needs one."),
        (action("file", "5"), "action.value", "Leave the value out: this action needs none."),
        (
            action("to_compare_at", "5"),
            "action.value",
            "Leave the value out: this action needs none.",
        ),
        (action("amount", "-1" + "0" * 18), "action.value", MOST),
        (action("percent", "-100.01"), "action.value", PERCENT),
        (action("percent", "10000.01"), "action.value", PERCENT),
        (action("percent", "1.0000001"), "action.value", "Enter at most 6 decimals."),
        (action("markup", "-101"), "action.value", PERCENT),
        (action("from_compare_at", "-101"), "action.value", PERCENT),
        (action("margin", "100"), "action.value", MARGIN),
        (action("margin", "-1"), "action.value", MARGIN),
        (
            {**SET, "compare_at": {"kind": "set"}},
            "compare_at.value",
            "Enter the compare-at price to set.",
        ),
        (
            {**SET, "compare_at": {"kind": "set", "value": "0"}},
            "compare_at.value",
            "Enter a compare-at price above 0, or choose “clear”.",
        ),
        (
            {**SET, "compare_at": {"kind": "set", "value": "-1"}},
            "compare_at.value",
            "Enter at least 0.",
        ),
        (
            {**SET, "compare_at": {"kind": "clear", "value": "5"}},
            "compare_at.value",
            "Leave the value out: only “set” takes one.",
        ),
        (
            {**SET, "compare_at": {"kind": "drop"}},
            "compare_at.kind",
            "Choose one of: keep, old_price, clear, set, file.",
        ),
        (
            {**SET, "compare_at": {"value": "5"}},
            "compare_at.kind",
            "Choose one of: keep, old_price, clear, set, file.",
        ),
        ({**SET, "rounding": {"step": "0"}}, STEP, "Enter at least 0.01."),
        ({**SET, "rounding": {"step": "-1"}}, STEP, "Enter at least 0.01."),
        ({**SET, "rounding": {"step": "0.015"}}, STEP, "Enter at most 2 decimals."),
        ({**SET, "rounding": {"step": 0.05}}, STEP, "0.1 is not a tenth; send it as a string."),
        (
            {**SET, "rounding": {"step": "1", "ending": "1"}},
            "rounding.ending",
            "Enter an ending below the step, 1.",
        ),
        (
            {**SET, "rounding": {"ending": "0.99"}},
            "rounding.ending",
            "Enter an ending below the step, 0.01.",
        ),
        (
            {**SET, "rounding": {"step": "1", "ending": "-0.01"}},
            "rounding.ending",
            "Enter at least 0.",
        ),
        (
            {**SET, "rounding": {"direction": "sideways"}},
            "rounding.direction",
            "Choose one of: nearest, up, down.",
        ),
    ],
)
def test_actions_compare_at_and_rounding(rule: dict[str, Any], place: str, said: str) -> None:
    assert refusals([rule]) == {f"0.{place}": said}


NO_PRICE = "Move this limit or change the rounding: no price that it allows lies between {} and {}."
CHARM = {"step": "1", "ending": "0.99"}
KINDS = "floor, ceiling, min_margin, max_change"


@pytest.mark.parametrize(
    ("rule", "place", "said"),
    [
        (guarded(("roof", "1")), "guards.0.kind", f"Choose one of: {KINDS}."),
        (guarded(("floor", None)), "guards.0.value", NUMBER),
        (guarded(("floor", "-1")), "guards.0.value", "Enter at least 0."),
        (guarded(("ceiling", "5.001")), "guards.0.value", "Enter at most 2 decimals."),
        (guarded(("min_margin", "100")), "guards.0.value", MARGIN),
        (guarded(("min_margin", "-1")), "guards.0.value", MARGIN),
        (
            guarded(("max_change", "0")),
            "guards.0.value",
            "Enter a percentage above 0 and at most 10,000.",
        ),
        (
            {**SET, "guards": [{"kind": "floor", "value": "1", "otherwise": "pray"}]},
            "guards.0.otherwise",
            "Choose one of: clamp, skip.",
        ),
        (
            guarded(("floor", "1"), ("max_change", "5"), ("floor", "2")),
            "guards.2.kind",
            "Leave it out: a rule has one of each kind.",
        ),
        # Places stay right after one that cannot be read.
        (
            guarded(("floor", "1"), ("min_margin", "100"), ("max_change", "5")),
            "guards.1.value",
            MARGIN,
        ),
        (
            guarded(("floor", "5"), ("ceiling", "4.99")),
            "guards.1.value",
            "Enter a ceiling of at least the floor, 5.",
        ),
        (
            guarded(("ceiling", "4.99"), ("max_change", "5"), ("floor", "5")),
            "guards.2.value",
            "Enter a floor of at most the ceiling, 4.99.",
        ),
        (
            guarded(("floor", "5"), ("ceiling", "5.98"), rounding=CHARM),
            "guards.1.value",
            NO_PRICE.format("5", "5.98"),
        ),
        (
            guarded(("ceiling", "0.98"), rounding=CHARM),
            "guards.0.value",
            NO_PRICE.format("0", "0.98"),
        ),
        (
            guarded(("floor", "5"), **action("set", "4.99")),
            "action.value",
            "Enter at least the floor, 5.",
        ),
        (
            guarded(("floor", "1"), ("ceiling", "4"), **action("set", "4.01")),
            "action.value",
            "Enter at most the ceiling, 4.",
        ),
    ],
)
def test_guards(rule: dict[str, Any], place: str, said: str) -> None:
    assert refusals([rule]) == {f"0.{place}": said}


def test_everything_is_told_at_once() -> None:
    rule = {
        **when(ask("price", "lt", "x"), 7, ask("stock", "gte", "1.5")),
        "action": {"kind": "percent", "value": "-101"},
        "rounding": {"step": "0"},
        "guards": [5, {"kind": "floor", "value": "-1"}],
        "compare_at": {"kind": "set"},
    }
    assert set(refusals([SET | {"name": 5}, rule, 9])) == {
        "0.name",
        "1.when.items.0.value",
        "1.when.items.1",
        "1.when.items.2.value",
        "1.action.value",
        "1.rounding.step",
        "1.guards.0",
        "1.guards.1.value",
        "1.compare_at.value",
        "2",
    }


def test_an_object_with_a_million_strange_keys_gets_a_short_answer() -> None:
    strange = {f"key {number}" * 20: 1 for number in range(1_000)}
    found = refusals([SET | strange])
    assert len(found) == 5
    assert max(map(len, found)) == 42
