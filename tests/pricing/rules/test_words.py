"""What people read of a rule."""

from typing import Any

import pytest

from pricing.rules import condition_words, read_rules, rule_words, rules_words

PERCENT = {"action": {"kind": "percent", "value": "-10"}}


def words(rule: dict[str, Any]) -> str:
    return rule_words(read_rules([rule])[0], "CAD")


def action(kind: str, value: str | None = None) -> dict[str, Any]:
    return {"action": {"kind": kind, "value": value}}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (action("set", "1219.9"), "Set to 1,219.90 CAD"),
        (action("amount", "2.5"), "Add 2.50 CAD"),
        (action("amount", "-2.5"), "Take off 2.50 CAD"),
        (action("percent", "12.50"), "Raise by 12.5 %"),
        (action("percent", "-10"), "Lower by 10 %"),
        (action("margin", "40"), "Set for a margin of 40 %"),
        (action("markup", "50"), "Set to cost plus 50 %"),
        (action("markup", "-5"), "Set to cost less 5 %"),
        (action("markup", "0"), "Set to cost"),
        (action("to_compare_at"), "Set to the compare-at price"),
        (action("from_compare_at", "-20"), "Set to the compare-at price less 20 %"),
        (action("file"), "Set to the price of the uploaded list"),
        (PERCENT | {"rounding": {"step": "1", "ending": "0.99"}}, "Lower by 10 %, rounded to .99"),
        (
            PERCENT | {"rounding": {"step": "10", "ending": "9.99", "direction": "up"}},
            "Lower by 10 %, rounded up to 9.99",
        ),
        (
            PERCENT | {"rounding": {"step": "0.05", "direction": "down"}},
            "Lower by 10 %, rounded down to multiples of 0.05",
        ),
        (PERCENT | {"rounding": {"direction": "down"}}, "Lower by 10 %, rounded down"),
        (
            PERCENT | {"rounding": {"step": "7.5", "ending": "2.5"}},
            "Lower by 10 %, rounded to 2.50 and every 7.50 above it",
        ),
        (
            PERCENT | {"rounding": {"step": "10", "ending": "0.99"}},
            "Lower by 10 %, rounded to 0.99 and every 10.00 above it",
        ),
        (
            PERCENT
            | {
                "guards": [
                    {"kind": "floor", "value": "5"},
                    {"kind": "ceiling", "value": "50", "otherwise": "skip"},
                    {"kind": "min_margin", "value": "20"},
                    {"kind": "max_change", "value": "15", "otherwise": "skip"},
                ]
            },
            (
                "Lower by 10 %, never below 5.00 CAD, skipped if above 50.00 CAD, "
                "never below a margin of 20 %, skipped if it changes by more than 15 %"
            ),
        ),
        (
            PERCENT
            | {
                "guards": [
                    {"kind": "floor", "value": "5", "otherwise": "skip"},
                    {"kind": "ceiling", "value": "50"},
                    {"kind": "min_margin", "value": "20", "otherwise": "skip"},
                    {"kind": "max_change", "value": "15"},
                ]
            },
            (
                "Lower by 10 %, skipped if below 5.00 CAD, never above 50.00 CAD, "
                "skipped if the margin is below 20 %, never changed by more than 15 %"
            ),
        ),
        (
            PERCENT
            | {
                "rounding": {"step": "1", "ending": "0.99"},
                "guards": [{"kind": "floor", "value": "5"}],
                "compare_at": {"kind": "old_price"},
            },
            "Lower by 10 %, rounded to .99, never below 5.00 CAD; old price as compare-at",
        ),
        (
            action("to_compare_at") | {"compare_at": {"kind": "clear"}},
            "Set to the compare-at price; compare-at cleared",
        ),
        (
            PERCENT | {"compare_at": {"kind": "set", "value": "20"}},
            "Lower by 10 %; compare-at set to 20.00 CAD",
        ),
        (
            action("file") | {"compare_at": {"kind": "file"}},
            "Set to the price of the uploaded list; compare-at from the uploaded list",
        ),
    ],
)
def test_rules(rule: dict[str, Any], said: str) -> None:
    assert words(rule) == said


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], ""),
        ([("price", "lt", "1000")], "price is below 1,000.00"),
        ([("margin", "gte", "12.50")], "margin is at least 12.5 %"),
        ([("stock", "between", ["10", "2000"])], "stock is between 10 and 2,000"),
        ([("cost", "unknown", None)], "cost is not known"),
        ([("vendor", "is", "Acme")], "vendor is Acme"),
        ([("type", "not_contains", "shoe")], "product type does not contain shoe"),
        ([("sku", "in", ["A", "B"])], "SKU is one of A, B"),
        ([("sku", "in", list("ABCDEFGH"))], "SKU is one of A, B, C, D, E, F and 2 more"),
        ([("tag", "has_not", "sale")], "tag has not sale"),
        ([("status", "is_not", "draft")], "status is not draft"),
        ([("created", "after", "2026-01-31")], "creation date is after 2026-01-31"),
        ([("created", "older_than_days", "1000")], "creation date is more than 1,000 days ago"),
        ([("updated", "newer_than_days", "1")], "last update is less than 1 day ago"),
    ],
)
def test_conditions(items: list[tuple[str, str, Any]], said: str) -> None:
    assert condition_words(group(items)) == said


def group(items: list[tuple[str, str, Any]]) -> Any:
    asked = [{"field": field, "op": op, "value": value} for field, op, value in items]
    return read_rules([PERCENT | {"when": {"match": "all", "items": asked}}])[0].when


ACME = {"field": "vendor", "op": "is", "value": "Acme"}
SALE = {"field": "tag", "op": "has", "value": "sale"}
HERE = {"field": "stock_at", "op": "gte", "value": "10", "location": "7"}


def test_sets_of_rules() -> None:
    some = {"match": "any", "items": [ACME, SALE]}
    rules = read_rules(
        [
            PERCENT | {"name": "Slow movers", "when": {"match": "all", "items": [HERE, some]}},
            action("amount", "-1")
            | {"when": {"match": "any", "items": [ACME, {"match": "all", "items": [SALE]}]}},
            action("file"),
        ]
    )
    assert rules_words(rules, "CAD", {7: "Toronto"}) == [
        (
            "1. Slow movers. When stock at Toronto is at least 10 and (vendor is Acme or tag has "
            "sale): lower by 10 %"
        ),
        "2. When vendor is Acme or tag has sale: take off 1.00 CAD",
        "3. Otherwise: set to the price of the uploaded list",
    ]
    assert condition_words(rules[0].when, "CAD") == (
        "stock at location 7 is at least 10 and (vendor is Acme or tag has sale)"
    )
    assert rules_words(rules[2:], "CAD") == ["1. Set to the price of the uploaded list"]


def test_a_currency_without_decimals() -> None:
    rule = {
        "when": {"match": "all", "items": [{"field": "price", "op": "gt", "value": "1500"}]},
        "action": {"kind": "amount", "value": "-100"},
        "guards": [{"kind": "floor", "value": "1000"}],
    }
    charm = rule | {"rounding": {"step": "1000", "ending": "980"}}
    assert rules_words(read_rules([rule, charm], digits=0), "JPY") == [
        "1. When price is above 1,500: take off 100 JPY, never below 1,000 JPY",
        "2. When price is above 1,500: take off 100 JPY, rounded to 980, never below 1,000 JPY",
    ]
