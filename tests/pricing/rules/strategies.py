"""Rules and facts by chance: everything that may be said, and only what may."""

import datetime as dt
import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pricing.enums import (
    Action,
    CompareAtAction,
    GuardKind,
    GuardMode,
    RoundingDirection,
)
from pricing.rules import (
    KINDS,
    STATUSES,
    CompareAt,
    Condition,
    Entry,
    Facts,
    Field,
    Group,
    Guard,
    Kind,
    Match,
    Range,
    Rounding,
    Rule,
    RuleErrors,
    check_rules,
    entry_of,
    ops_of,
)

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
WITH_PERCENT = (Action.PERCENT, Action.MARKUP, Action.FROM_COMPARE_AT)


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda count: Decimal(count) / 100)


def sayable(rule: Rule) -> bool:
    """Tell whether a rule passes the check by itself."""
    try:
        check_rules([rule])
    except RuleErrors:
        return False
    return True


def facts(highest: int = 10_000_000) -> st.SearchStrategy[Facts]:
    amount = hundredths(0, highest)
    maybe = st.none() | amount
    moments = st.none() | st.datetimes(
        NOW.replace(2020, tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(dt.UTC)
    )
    return st.builds(
        Facts,
        price=amount,
        compare_at=maybe,
        cost=maybe,
        stock=st.none() | st.integers(-5, 50),
        levels=st.dictionaries(st.integers(1, 3), st.integers(-5, 50), max_size=3),
        vendor=st.sampled_from(["", "Acme", "ACME GmbH", "Straße"]),
        product_type=st.sampled_from(["", "Shoe", "shoes"]),
        title=st.sampled_from(["A red shoe", "Hat"]),
        sku=st.sampled_from(["", "A-1", "B-2"]),
        status=st.sampled_from(STATUSES),
        tags=st.lists(st.sampled_from(["Sale", "new", "old"]), max_size=3),
        created_at=moments,
        updated_at=moments,
        file_price=maybe,
        file_compare_at=maybe,
    )


def _value_of(action: Action, highest: int) -> st.SearchStrategy[Any]:
    match action:
        case Action.SET:
            return hundredths(0, highest)
        case Action.AMOUNT:
            return hundredths(-highest, highest)
        case Action.MARGIN:
            return hundredths(0, 99_99)
        case Action.TO_COMPARE_AT | Action.FILE:
            return st.none()
    return st.decimals(-100, 300, places=3)


@st.composite
def roundings(draw: st.DrawFn, steps: tuple[str, ...]) -> Rounding:
    step = Decimal(draw(st.sampled_from(steps)))
    ending = draw(hundredths(0, int(step * 100) - 1))
    return Rounding(step, ending, draw(st.sampled_from(RoundingDirection)))


def _guard_value(kind: GuardKind, highest: int) -> st.SearchStrategy[Decimal]:
    match kind:
        case GuardKind.MIN_MARGIN:
            return hundredths(0, 99_99)
        case GuardKind.MAX_CHANGE:
            return hundredths(1, 200_00)
    return hundredths(0, highest)


@st.composite
def guards(draw: st.DrawFn, highest: int) -> tuple[Guard, ...]:
    kinds = draw(st.lists(st.sampled_from(GuardKind), unique=True))
    return tuple(
        Guard(kind, draw(_guard_value(kind, highest)), draw(st.sampled_from(GuardMode)))
        for kind in kinds
    )


@st.composite
def _rules(
    draw: st.DrawFn, highest: int, steps: tuple[str, ...], when: st.SearchStrategy[Group]
) -> Rule:
    action = draw(st.sampled_from(Action))
    kind = draw(st.sampled_from(CompareAtAction))
    sets = kind is CompareAtAction.SET
    return Rule(
        action=action,
        value=draw(_value_of(action, highest)),
        name=draw(st.text(string.ascii_letters, max_size=5)),
        when=draw(when),
        compare_at=CompareAt(kind, draw(hundredths(1, highest)) if sets else None),
        rounding=draw(roundings(steps)),
        guards=draw(guards(highest)),
    )


def rules(
    highest: int = 10_000_000,
    steps: tuple[str, ...] = ("0.01", "0.05", "0.25", "0.99", "1", "7.5", "10"),
    when: st.SearchStrategy[Group] | None = None,
) -> st.SearchStrategy[Rule]:
    return _rules(highest, steps, st.just(Group()) if when is None else when).filter(sayable)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(Field))
    op = draw(st.sampled_from(ops_of(field)))
    entry = entry_of(field, op)
    assert entry is not None
    location = draw(st.integers(1, 3)) if field is Field.STOCK_AT else None
    return Condition(field, op, draw(_entered(entry, KINDS[field])), location)


def _entered(entry: Entry, kind: Kind) -> st.SearchStrategy[Any]:
    number = {
        Kind.MONEY: hundredths(0, 100_000),
        Kind.PERCENT: st.decimals(-100, 100, places=2),
    }.get(kind, st.integers(-5, 50).map(Decimal))
    text = st.sampled_from(["acme", "SHOE", "a", "sale", "Strasse"])
    return {
        Entry.NOTHING: st.none(),
        Entry.NUMBER: number,
        Entry.RANGE: st.lists(number, min_size=2, max_size=2).map(lambda two: Range(*sorted(two))),
        Entry.TEXT: text,
        Entry.TEXTS: st.lists(text, min_size=1, max_size=3).map(tuple),
        Entry.STATUS: st.sampled_from(STATUSES),
        Entry.DATE: st.dates(dt.date(2020, 1, 1), dt.date(2026, 3, 1)),
        Entry.DAYS: st.integers(1, 2_000),
    }[entry]


def groups(items: st.SearchStrategy[Any], *, least: int = 0) -> st.SearchStrategy[Group]:
    many = st.lists(items, min_size=least, max_size=4).map(tuple)
    return st.builds(Group, st.sampled_from(Match), many)


WHENS = groups(conditions() | groups(conditions(), least=1), least=1)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    """Draw rules of which at most the last always applies."""
    some = draw(st.lists(rules(when=WHENS), min_size=1, max_size=3))
    return (*some, *draw(st.lists(rules(), max_size=1)))
