"""Rules come in as JSON and go out in one spelling."""

import datetime as dt
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.enums import (
    Action,
    CompareAtAction,
    GuardKind,
    GuardMode,
    RoundingDirection,
)
from pricing.rules import (
    CompareAt,
    Condition,
    Field,
    Group,
    Guard,
    Match,
    Op,
    Range,
    Rounding,
    Rule,
    RuleErrors,
    read_rules,
    rules_to_json,
    simple_rule,
)

D = Decimal
FULL: dict[str, Any] = {
    "name": "Slow movers",
    "when": {
        "match": "all",
        "items": [
            {"field": "stock", "op": "gte", "value": "10"},
            {"field": "price", "op": "between", "value": ["5", "99.95"]},
            {"field": "margin", "op": "lt", "value": "-12.5"},
            {"field": "cost", "op": "known"},
            {"field": "stock_at", "op": "gt", "value": "0", "location": "72446345278"},
            {
                "match": "any",
                "items": [
                    {"field": "vendor", "op": "in", "value": ["Acme", "Bolt"]},
                    {"field": "tag", "op": "has", "value": "sale"},
                    {"field": "status", "op": "is_not", "value": "draft"},
                    {"field": "created", "op": "before", "value": "2026-01-31"},
                    {"field": "updated", "op": "older_than_days", "value": "30"},
                ],
            },
        ],
    },
    "action": {"kind": "percent", "value": "-10"},
    "compare_at": {"kind": "set", "value": "120"},
    "rounding": {"step": "1", "ending": "0.99", "direction": "up"},
    "guards": [
        {"kind": "floor", "value": "5"},
        {"kind": "max_change", "value": "20", "otherwise": "skip"},
    ],
}
FULL_RULE = Rule(
    action=Action.PERCENT,
    value=D(-10),
    name="Slow movers",
    when=Group(
        Match.ALL,
        (
            Condition(Field.STOCK, Op.GTE, D(10)),
            Condition(Field.PRICE, Op.BETWEEN, Range(D(5), D("99.95"))),
            Condition(Field.MARGIN, Op.LT, D("-12.5")),
            Condition(Field.COST, Op.KNOWN),
            Condition(Field.STOCK_AT, Op.GT, D(0), 72446345278),
            Group(
                Match.ANY,
                (
                    Condition(Field.VENDOR, Op.IN, ("Acme", "Bolt")),
                    Condition(Field.TAG, Op.HAS, "sale"),
                    Condition(Field.STATUS, Op.IS_NOT, "draft"),
                    Condition(Field.CREATED, Op.BEFORE, dt.date(2026, 1, 31)),
                    Condition(Field.UPDATED, Op.OLDER_THAN_DAYS, 30),
                ),
            ),
        ),
    ),
    compare_at=CompareAt(CompareAtAction.SET, D(120)),
    rounding=Rounding(D(1), D("0.99"), RoundingDirection.UP),
    guards=(
        Guard(GuardKind.FLOOR, D(5)),
        Guard(GuardKind.MAX_CHANGE, D(20), GuardMode.SKIP),
    ),
)


def test_a_rule_with_everything() -> None:
    assert read_rules([FULL]) == (FULL_RULE,)
    assert rules_to_json([FULL_RULE]) == [FULL]


def test_the_callers_precision_is_not_ours() -> None:
    with localcontext(prec=2):
        assert read_rules([FULL]) == (FULL_RULE,)


def test_what_a_rule_has_by_default_may_be_said_and_is_not_written() -> None:
    least = {"action": {"kind": "file"}}
    said = {
        **least,
        "name": "",
        "when": {"match": "any", "items": []},
        "compare_at": {"kind": "keep"},
        "rounding": {"step": "0.01", "ending": 0, "direction": "nearest"},
        "guards": [],
    }
    null = {**dict.fromkeys(said), **least}
    for spelling in (least, null, said):
        assert read_rules([spelling]) == (Rule(Action.FILE),)
    assert rules_to_json(read_rules([said])) == [least]
    whole = least | {"rounding": {"step": "1"}}
    assert rules_to_json(read_rules([said | whole])) == [whole]


@pytest.mark.parametrize(
    ("sent", "number", "written"),
    [
        (5, "5", "5"),
        ("5", "5", "5"),
        (" 5.50 ", "5.5", "5.5"),
        ("5.", "5", "5"),
        (".5", "0.5", "0.5"),
        ("005.00", "5", "5"),
        ("-0", "0", "0"),
        ("100", "100", "100"),
        (D("5.50"), "5.5", "5.5"),
        (D("1E+2"), "100", "100"),
        ("999999999999999999.99", "999999999999999999.99", "999999999999999999.99"),
    ],
)
def test_numbers(sent: object, number: str, written: str) -> None:
    rules = read_rules([{"action": {"kind": "set", "value": sent}}])
    assert rules == (Rule(Action.SET, D(number)),)
    assert rules_to_json(rules) == [{"action": {"kind": "set", "value": written}}]


def test_a_currency_without_decimals_rounds_to_whole_amounts() -> None:
    rules = read_rules([{"action": {"kind": "percent", "value": "-12.5"}}], digits=0)
    assert rules == (Rule(Action.PERCENT, D("-12.5"), rounding=Rounding(step=D(1))),)
    assert read_rules(rules_to_json(rules), digits=0) == rules


def test_a_simple_rule_is_read_like_any_other() -> None:
    rule = simple_rule(
        Action.PERCENT,
        -10,
        name="Sale",
        step="0.05",
        direction=RoundingDirection.DOWN,
        floor=D("5.00"),
        max_change=50,
        otherwise=GuardMode.SKIP,
        compare_at=CompareAtAction.OLD_PRICE,
    )
    assert rule == Rule(
        Action.PERCENT,
        D(-10),
        name="Sale",
        compare_at=CompareAt(CompareAtAction.OLD_PRICE),
        rounding=Rounding(D("0.05"), D(0), RoundingDirection.DOWN),
        guards=(
            Guard(GuardKind.FLOOR, D(5), GuardMode.SKIP),
            Guard(GuardKind.MAX_CHANGE, D(50), GuardMode.SKIP),
        ),
    )
    assert simple_rule(Action.SET, 5, digits=0) == Rule(Action.SET, D(5), rounding=Rounding(D(1)))


@pytest.mark.parametrize(
    ("action", "value", "options", "errors"),
    [
        (Action.SET, "-1", {}, {"0.action.value": "Enter at least 0."}),
        (
            Action.SET,
            D("sNaN"),
            {},
            {
                "0.action.value": "Enter an ordinary number such as 12.50: digits and a point, "
                "nothing else."
            },
        ),
        (
            Action.PERCENT,
            "-100.01",
            {"step": "0.015", "floor": -1},
            {
                "0.action.value": "Enter a percentage of at least -100 and at most 10,000.",
                "0.rounding.step": "Enter at most 2 decimals.",
                "0.guards.0.value": "Enter at least 0.",
            },
        ),
    ],
)
def test_a_simple_rule_that_cannot_be_meant(
    action: Action, value: Any, options: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(RuleErrors) as refused:
        simple_rule(action, value, **options)
    assert refused.value.errors == errors


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def _spoiled(draw: st.DrawFn, part: Any = FULL) -> Any:
    """Draw the rule with everything, with anything at all in one place of it."""
    if not isinstance(part, dict | list) or draw(st.integers(0, 4)) == 0:
        return draw(ANYTHING | st.sampled_from(list(FULL.values())))
    if isinstance(part, dict):
        key = draw(st.sampled_from(list(part)))
        return {**part, key: draw(_spoiled(part[key]))}
    index = draw(st.integers(0, len(part) - 1))
    return [*part[:index], draw(_spoiled(part[index])), *part[index + 1 :]]


@given(ANYTHING | st.lists(_spoiled(), min_size=1, max_size=2))
def test_whatever_is_sent_is_read_or_refused_with_sentences(raw: Any) -> None:
    try:
        rules = read_rules(raw)
    except RuleErrors as refused:
        sentences = list(refused.errors.values())
    else:
        assert read_rules(rules_to_json(rules)) == rules
        sentences = ["It was read."]
    assert [said for said in sentences if not said.endswith(".")] == []
    assert sentences != []
