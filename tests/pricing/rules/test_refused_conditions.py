"""Conditions that cannot be meant: each by itself, two together, groups, and rules in order."""

from typing import Any

import pytest

from pricing.rules import read_rules

from .documents import NUMBER, SET, ask, refusals, when

CONDITION_KEYS = "field, op, value, location"
NUMERIC_OPS = "lt, lte, eq, ne, gte, gt, between, known, unknown"
TEXTS = "Enter a list of 1 to 200 texts."
COUNT = "Enter a whole number of at most 1,000,000,000."
NO_VALUE = "Leave the value out: this question needs none."
TWO = "Enter two numbers: the lowest and the highest."
TEXT_OPS = "is, is_not, contains, not_contains, starts_with, ends_with, in"
TIME_OPS = "before, after, older_than_days, newer_than_days"


@pytest.mark.parametrize(
    ("condition", "place", "said"),
    [
        (5, "", f"Enter an object with {CONDITION_KEYS}."),
        ({"field": "price", "op": "lt", "value": 5, "x": 1}, ".x", None),
        (ask("price", "about", 5), ".op", None),
        (ask("colour", "is", "red"), ".field", None),
        (ask("price", "is", "5"), ".op", f"Choose a question that fits: {NUMERIC_OPS}."),
        (ask("vendor", "gte", "5"), ".op", f"Choose a question that fits: {TEXT_OPS}."),
        (ask("tag", "is", "sale"), ".op", "Choose a question that fits: has, has_not."),
        (ask("status", "in", ["draft"]), ".op", "Choose a question that fits: is, is_not."),
        (ask("created", "lt", "5"), ".op", f"Choose a question that fits: {TIME_OPS}."),
        (ask("price", "lt"), ".value", "Enter a number."),
        (ask("price", "lt", 0.5), ".value", "0.1 is not a tenth; send it as a string."),
        (ask("price", "lt", "-1"), ".value", "Enter at least 0."),
        (ask("price", "lt", ["1", "2"]), ".value", NUMBER),
        (ask("cost", "known", "5"), ".value", NO_VALUE),
        (ask("stock", "gte", "1.5"), ".value", "Enter a whole number."),
        (ask("stock", "gte", 10**10), ".value", COUNT),
        (
            ask("margin", "gte", "101"),
            ".value",
            "Enter a percentage of at least -1,000,000 and at most 100.",
        ),
        (ask("price", "between", "5"), ".value", TWO),
        (ask("price", "between", ["5"]), ".value", TWO),
        (ask("price", "between"), ".value", TWO),
        (ask("price", "between", ["5", "x"]), ".value.1", NUMBER),
        (ask("price", "between", ["-5", "1"]), ".value.0", "Enter at least 0."),
        (ask("price", "between", ["6", "5"]), ".value", "Enter the lower number first."),
        (ask("stock_at", "gte", 1), ".location", "Enter the number of a location."),
        (ask("stock_at", "gte", 1, location="x"), ".location", NUMBER),
        (ask("stock_at", "gte", 1, location="1.5"), ".location", "Enter a whole number."),
        (ask("stock_at", "gte", 1, location=0), ".location", "Enter the number of a location."),
        (
            ask("stock", "gte", 1, location=7),
            ".location",
            "Leave it out: only “stock_at” has a location.",
        ),
        (ask("vendor", "is"), ".value", "Enter a text."),
        (ask("vendor", "is", "  "), ".value", "Enter a text."),
        (ask("vendor", "is", 5), ".value", "Enter a text."),
        (ask("vendor", "is", "x" * 201), ".value", "Enter at most 200 characters."),
        (ask("vendor", "is", "\ud800"), ".value", None),
        (ask("tag", "has", "a\0"), ".value", None),
        (ask("vendor", "in", "Acme"), ".value", TEXTS),
        (ask("vendor", "in", []), ".value", TEXTS),
        (ask("vendor", "in", ["x"] * 201), ".value", TEXTS),
        (ask("vendor", "in", ["x", 5]), ".value.1", "Enter a text."),
        (
            ask("status", "is", "sold"),
            ".value",
            "Choose one of: active, archived, draft, unlisted.",
        ),
        (ask("created", "before", "31.1.2026"), ".value", "Enter a date such as 2026-01-31."),
        (ask("created", "before", "9999-12-31"), ".value", "Enter a date such as 2026-01-31."),
        (ask("created", "before", 20260131), ".value", "Enter a date such as 2026-01-31."),
        (
            ask("updated", "older_than_days", "0"),
            ".value",
            "Enter a number of days from 1 to 36,500.",
        ),
        (ask("updated", "older_than_days", "1.5"), ".value", "Enter a whole number."),
        ({**ask("updated", "older_than_days"), "value": True}, ".value", NUMBER),
    ],
)
def test_conditions(condition: Any, place: str, said: str | None) -> None:
    # The one before it is well, so the place is told by its own number.
    found = refusals([when(ask("sku", "is", "A-1"), condition)])
    assert list(found) == [f"0.when.items.1{place}"]
    assert said is None or list(found.values()) == [said]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (ask("price", "gte", 20), ask("price", "lt", 10), "price is at least 20 and below 10"),
        (ask("price", "lt", 10), ask("price", "gte", 10), "price is below 10 and at least 10"),
        (ask("price", "gt", 10), ask("price", "lte", 10), "price is above 10 and at most 10"),
        (ask("cost", "eq", 5), ask("cost", "eq", 6), "cost is exactly 5 and exactly 6"),
        (ask("cost", "eq", 5), ask("cost", "ne", 5), "cost is exactly 5 and not 5"),
        (
            ask("margin", "between", [10, 20]),
            ask("margin", "gt", "20"),
            "margin is between 10 and 20 and above 20",
        ),
        (ask("stock", "gt", 3), ask("stock", "lt", 4), "stock is above 3 and below 4"),
        (
            ask("stock_at", "gt", 3, location=7),
            ask("stock_at", "lt", 3, location=7),
            "stock at location 7 is above 3 and below 3",
        ),
        (
            ask("compare_at", "unknown"),
            ask("compare_at", "gt", 1),
            "compare-at price is not known and above 1",
        ),
    ],
)
def test_conditions_that_no_variant_meets(first: Any, second: Any, said: str) -> None:
    other = ask("stock", "known")
    place, sentence = "0.when.items.2.value", f"No {said}."
    assert refusals([when(first, other, second)]) == {place: sentence}
    inside = {"match": "all", "items": [other, second]}
    assert refusals([when(first, inside)]) == {"0.when.items.1.items.1.value": sentence}
    # One of them is enough for these.
    assert read_rules([when(first, second, match="any")]) != ()
    assert read_rules([when(first, {**inside, "match": "any"})]) != ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ask("price", "gte", 10), ask("price", "lte", 10)),
        (ask("price", "gt", 3), ask("price", "lt", 4)),
        (ask("price", "ne", 5), ask("price", "ne", 6)),
        (ask("price", "ne", 5), ask("price", "gte", 5)),
        (ask("cost", "known"), ask("cost", "lt", 5)),
        (ask("price", "gte", 20), ask("cost", "lt", 10)),
        (ask("stock_at", "gt", 3, location=7), ask("stock_at", "lt", 3, location=8)),
        (ask("vendor", "is", "A"), ask("vendor", "is_not", "A")),
    ],
)
def test_conditions_that_a_variant_may_meet(first: Any, second: Any) -> None:
    assert read_rules([when(first, second)]) != ()


def test_groups_nest_once_and_hold_something() -> None:
    group = {"match": "any", "items": [ask("price", "known")]}
    deep = {"match": "all", "items": [group, ask("price", "known")]}
    for _ in range(500):
        group = {"match": "any", "items": [group]}
    deeper = {"match": "all", "items": [group]}
    assert refusals([when(deep, {"match": "all", "items": []}, deeper)]) == {
        "0.when.items.0.items.0": "Groups nest once: move its conditions one group up.",
        "0.when.items.1.items": "Enter a condition, or leave this group out.",
        "0.when.items.2.items.0": "Groups nest once: move its conditions one group up.",
    }


def test_numbers_of_rules_and_conditions() -> None:
    known = ask("price", "known")
    many = [known] * 21
    assert refusals([when(*many), when(known, {"match": "any", "items": many})]) == {
        "0.when.items": "Enter at most 20 conditions.",
        "1.when.items.1.items": "Enter at most 20 conditions.",
    }
    assert refusals([when(known)] * 21) == {"": "Enter 1 to 20 rules."}
    assert len(read_rules([when(*many[:20])] * 20)) == 20


def test_a_rule_that_is_never_reached() -> None:
    said = (
        "This rule is never reached, as rule 2 always applies: "
        "move it above rule 2, or give that one conditions."
    )
    known = when(ask("price", "known"))
    assert refusals([known, SET, known, SET]) == {"2.when": said, "3.when": said}
    # A rule whose conditions cannot be read is not taken for one that always applies.
    assert list(refusals([{**SET, "when": 5}, SET])) == ["0.when"]
