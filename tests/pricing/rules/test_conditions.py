"""Every question of every field, what is not known, and which rule decides."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from pricing.contracts import Price
from pricing.enums import Action
from pricing.enums import SkipReason as Skip
from pricing.rules import (
    KINDS,
    Condition,
    Entry,
    Evaluation,
    Facts,
    Field,
    Group,
    Kind,
    Match,
    Op,
    Range,
    Rule,
    RuleErrors,
    asks_for_file,
    asks_for_levels,
    check_rules,
    entry_of,
    evaluate,
    ops_of,
    read_rules,
    simple_rule,
)

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
D = Decimal
ACME = Facts(
    price=D("20.00"),
    compare_at=D("25.00"),
    cost=D("12.00"),
    stock=10,
    levels={7: 4, 8: 0},
    vendor="ACME Straße",
    product_type="Shoe",
    title="Red running shoe",
    variant_title="42",
    sku="AC-42-R",
    status="active",
    tags=["Sale", "summer"],
    created_at=dt.datetime(2026, 1, 15, 8, tzinfo=dt.UTC),
    updated_at=dt.datetime(2026, 2, 28, 23, 59, tzinfo=dt.UTC),
)


def holds(condition: Condition, facts: Facts = ACME) -> bool:
    check_rules([_zero(Group(Match.ALL, (condition,)))])
    result = evaluate([_zero(Group(Match.ALL, (condition,)))], facts, now=NOW)
    return result.rule is not None


def _zero(when: Group) -> Rule:
    return Rule(Action.SET, D(0), when=when)


def _answers(field: Field, value: Decimal, location: int | None = None) -> list[Op]:
    """Tell which comparisons with a number hold."""
    compared = (Op.LT, Op.LTE, Op.EQ, Op.NE, Op.GTE, Op.GT)
    return [op for op in compared if holds(Condition(field, op, value, location))]


@pytest.mark.parametrize(
    ("field", "location", "exact", "less", "more"),
    [
        (Field.PRICE, None, "20", "19.99", "20.01"),
        (Field.COMPARE_AT, None, "25", "24.99", "25.01"),
        (Field.COST, None, "12", "11.99", "12.01"),
        (Field.MARGIN, None, "40", "39.999999", "40.000001"),
        (Field.STOCK, None, "10", "9", "11"),
        (Field.STOCK_AT, 7, "4", "3", "5"),
        (Field.STOCK_AT, 8, "0", "-1", "1"),
    ],
)
def test_numbers(field: Field, location: int | None, exact: str, less: str, more: str) -> None:
    assert _answers(field, D(exact), location) == [Op.LTE, Op.EQ, Op.GTE]
    assert _answers(field, D(less), location) == [Op.NE, Op.GTE, Op.GT]
    assert _answers(field, D(more), location) == [Op.LT, Op.LTE, Op.NE]

    def between(low: str, high: str) -> bool:
        return holds(Condition(field, Op.BETWEEN, Range(D(low), D(high)), location))

    assert [between(exact, exact), between(less, exact), between(exact, more)] == [True] * 3
    assert [between(less, less), between(more, more)] == [False] * 2
    assert holds(Condition(field, Op.KNOWN, location=location))
    assert not holds(Condition(field, Op.UNKNOWN, location=location))


def test_a_margin_is_compared_without_rounding() -> None:
    third = Facts(price=D(3), cost=D(2))
    assert not holds(Condition(Field.MARGIN, Op.GTE, D("33.333334")), third)
    assert holds(Condition(Field.MARGIN, Op.GTE, D("33.333333")), third)
    assert holds(Condition(Field.MARGIN, Op.LT, D(0)), Facts(price=D(3), cost=D("3.01")))


@pytest.mark.parametrize(
    ("field", "op", "value", "wanted"),
    [
        (Field.VENDOR, Op.IS, "acme STRASSE", True),
        (Field.VENDOR, Op.IS, "acme", False),
        (Field.VENDOR, Op.IS_NOT, "acme strasse", False),
        (Field.VENDOR, Op.IS_NOT, "acme", True),
        (Field.VENDOR, Op.CONTAINS, "STRASS", True),
        (Field.VENDOR, Op.CONTAINS, "street", False),
        (Field.VENDOR, Op.NOT_CONTAINS, "STRASS", False),
        (Field.VENDOR, Op.NOT_CONTAINS, "street", True),
        (Field.VENDOR, Op.IN, ("Bolt", "acme strasse"), True),
        (Field.VENDOR, Op.IN, ("Bolt", "acme"), False),
        (Field.TYPE, Op.IS, "SHOE", True),
        (Field.TYPE, Op.STARTS_WITH, "sh", True),
        (Field.TYPE, Op.STARTS_WITH, "oe", False),
        (Field.TITLE, Op.CONTAINS, "RUNNING", True),
        # The variant's title is not the product's.
        (Field.TITLE, Op.CONTAINS, "42", False),
        (Field.SKU, Op.STARTS_WITH, "ac-", True),
        (Field.SKU, Op.ENDS_WITH, "-R", True),
        (Field.SKU, Op.ENDS_WITH, "-r", True),
        (Field.SKU, Op.ENDS_WITH, "AC", False),
        (Field.TAG, Op.HAS, "SALE", True),
        (Field.TAG, Op.HAS, "sal", False),
        (Field.TAG, Op.HAS_NOT, "SALE", False),
        (Field.TAG, Op.HAS_NOT, "winter", True),
        (Field.STATUS, Op.IS, "active", True),
        (Field.STATUS, Op.IS, "draft", False),
        (Field.STATUS, Op.IS_NOT, "active", False),
        (Field.STATUS, Op.IS_NOT, "draft", True),
        # The day itself is neither before nor after; days are UTC's.
        (Field.CREATED, Op.BEFORE, dt.date(2026, 1, 15), False),
        (Field.CREATED, Op.BEFORE, dt.date(2026, 1, 16), True),
        (Field.CREATED, Op.AFTER, dt.date(2026, 1, 15), False),
        (Field.CREATED, Op.AFTER, dt.date(2026, 1, 14), True),
        (Field.UPDATED, Op.AFTER, dt.date(2026, 2, 28), False),
        (Field.UPDATED, Op.BEFORE, dt.date(2026, 3, 1), True),
        # 45 days and four hours ago.
        (Field.CREATED, Op.OLDER_THAN_DAYS, 45, True),
        (Field.CREATED, Op.OLDER_THAN_DAYS, 46, False),
        (Field.CREATED, Op.NEWER_THAN_DAYS, 45, False),
        (Field.CREATED, Op.NEWER_THAN_DAYS, 46, True),
        (Field.UPDATED, Op.NEWER_THAN_DAYS, 1, True),
        (Field.UPDATED, Op.OLDER_THAN_DAYS, 1, False),
    ],
)
def test_texts_and_times(field: Field, op: Op, value: Any, wanted: bool) -> None:
    assert holds(Condition(field, op, value)) is wanted


def test_a_day_begins_at_midnight() -> None:
    midnight = Facts(price=D(1), created_at=dt.datetime(2026, 1, 15, tzinfo=dt.UTC))
    assert not holds(Condition(Field.CREATED, Op.BEFORE, dt.date(2026, 1, 15)), midnight)
    assert holds(Condition(Field.CREATED, Op.AFTER, dt.date(2026, 1, 14)), midnight)


VALUES: dict[Entry, Any] = {
    Entry.NOTHING: None,
    Entry.NUMBER: D(5),
    Entry.RANGE: Range(D(0), D(50)),
    Entry.DATE: dt.date(2026, 1, 15),
    Entry.DAYS: 30,
}
CAN_BE_UNKNOWN = [
    field
    for field in Field
    if field is not Field.PRICE
    and KINDS[field] in {Kind.MONEY, Kind.PERCENT, Kind.COUNT, Kind.TIME}
]


@pytest.mark.parametrize("field", CAN_BE_UNKNOWN)
def test_what_is_not_known_answers_one_question_only(field: Field) -> None:
    location = 9 if field is Field.STOCK_AT else None
    answers = []
    for op in ops_of(field):
        entry = entry_of(field, op)
        assert entry is not None
        condition = Condition(field, op, VALUES[entry], location)
        if holds(condition, Facts(price=D(20), levels={7: 4})):
            answers.append(op)
    assert answers == ([] if KINDS[field] is Kind.TIME else [Op.UNKNOWN])


def test_a_price_of_zero_has_no_margin() -> None:
    free = Facts(price=D(0), cost=D(1))
    assert holds(Condition(Field.MARGIN, Op.UNKNOWN), free)
    assert not holds(Condition(Field.MARGIN, Op.KNOWN), free)
    assert not holds(Condition(Field.MARGIN, Op.LT, D(50)), free)


STOCKED = Condition(Field.STOCK, Op.GTE, D(10))
CHEAP = Condition(Field.PRICE, Op.LT, D(5))
ON_SALE = Condition(Field.TAG, Op.HAS, "sale")


@pytest.mark.parametrize(
    ("match", "items", "wanted"),
    [
        (Match.ALL, (), True),
        (Match.ANY, (), True),
        (Match.ALL, (STOCKED, ON_SALE), True),
        (Match.ALL, (STOCKED, CHEAP), False),
        (Match.ANY, (CHEAP, ON_SALE), True),
        (Match.ANY, (CHEAP,), False),
        (Match.ALL, (STOCKED, Group(Match.ANY, (CHEAP, ON_SALE))), True),
        (Match.ALL, (STOCKED, Group(Match.ALL, (CHEAP, ON_SALE))), False),
        (Match.ANY, (CHEAP, Group(Match.ALL, (STOCKED, ON_SALE))), True),
        (Match.ANY, (CHEAP, Group(Match.ALL, (STOCKED, CHEAP))), False),
    ],
)
def test_groups(match: Match, items: tuple[Condition | Group, ...], wanted: bool) -> None:
    result = evaluate([_zero(Group(match, items))], ACME, now=NOW)
    assert (result.rule is not None) is wanted


def _decides(*prices: tuple[str, Sequence[Condition]]) -> Evaluation:
    rules = [
        Rule(Action.SET, D(price), when=Group(Match.ALL, tuple(items))) for price, items in prices
    ]
    return evaluate(rules, ACME, now=NOW)


def test_the_first_rule_that_holds_decides() -> None:
    later: tuple[tuple[str, list[Condition]], ...] = ("2", [ON_SALE]), ("3", [])
    assert _decides(("1", [CHEAP]), *later) == Evaluation(Price(D(2), D(25)), None, 2)
    # Also when it leaves the variant alone: later ones are not asked.
    assert _decides(("20", [STOCKED]), *later) == Evaluation(None, Skip.NO_CHANGE, 1)
    assert _decides(("1", [CHEAP])) == Evaluation(None, Skip.NO_RULE)


def test_what_rules_ask_for() -> None:
    plain = simple_rule(Action.SET, 5)
    listed = simple_rule(Action.FILE)
    here = Condition(Field.STOCK_AT, Op.GTE, D(1), 7)
    nested = _zero(Group(Match.ANY, (STOCKED, Group(Match.ALL, (here, ON_SALE)))))
    assert [asks_for_levels([rule]) for rule in (plain, listed, nested)] == [False, False, True]
    assert [asks_for_file([rule]) for rule in (plain, listed, nested)] == [False, True, False]
    assert asks_for_file(
        read_rules([{"action": {"kind": "percent", "value": "1"}, "compare_at": {"kind": "file"}}])
    )


@pytest.mark.parametrize(
    "condition",
    [
        Condition(Field.VENDOR, Op.IS, D(5)),
        Condition(Field.PRICE, Op.GTE, "5"),
        Condition(Field.PRICE, Op.GTE, D("NaN")),
        Condition(Field.STOCK, Op.BETWEEN, D(5)),
        Condition(Field.CREATED, Op.BEFORE, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_conditions_made_by_hand_are_checked_too(condition: Condition) -> None:
    with pytest.raises(RuleErrors) as refused:
        check_rules([_zero(Group(Match.ALL, (condition,)))])
    assert list(refused.value.errors) == ["0.when.items.0.value"]
