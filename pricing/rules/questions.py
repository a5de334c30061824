"""Conditions as functions, prepared once and asked of every variant.

What is not known answers no question but "is it unknown": an unknown cost is not "not 5" either.
"""

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, assert_never

from .contracts import Condition, Facts, Group, Range
from .fields import KINDS, Field, Kind, Match, Op
from .numbers import HUNDRED

Question = Callable[[Facts], bool]
_Get = Callable[[Facts], Any]

_COMPARE: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.GTE: operator.ge,
    Op.GT: operator.gt,
}

_ATTRIBUTES = {
    Field.PRICE: "price",
    Field.COMPARE_AT: "compare_at",
    Field.COST: "cost",
    Field.STOCK: "stock",
    Field.VENDOR: "vendor",
    Field.TYPE: "product_type",
    Field.TITLE: "title",
    Field.SKU: "sku",
    Field.STATUS: "status",
    Field.CREATED: "created_at",
    Field.UPDATED: "updated_at",
}


def questions_of(group: Group, *, now: dt.datetime) -> tuple[Question, ...]:
    """Return questions that must all be answered with yes for the group to hold."""
    asked = tuple(
        _condition(item, now) if isinstance(item, Condition) else _nested(item, now)
        for item in group.items
    )
    return (_any(asked),) if group.match == Match.ANY and len(asked) > 1 else asked


def _nested(group: Group, now: dt.datetime) -> Question:
    asked = questions_of(group, now=now)
    return asked[0] if len(asked) == 1 else _all(asked)


def _all(asked: tuple[Question, ...]) -> Question:
    def holds(facts: Facts) -> bool:
        for question in asked:  # noqa: SIM110 -- a generator for every variant costs as much as it
            if not question(facts):
                return False
        return True

    return holds


def _any(asked: tuple[Question, ...]) -> Question:
    def holds(facts: Facts) -> bool:
        for question in asked:  # noqa: SIM110 -- the same
            if question(facts):
                return True
        return False

    return holds


def _condition(condition: Condition, now: dt.datetime) -> Question:
    kind = KINDS[condition.field]
    match kind:
        case Kind.MONEY:
            return _number(_attribute(condition.field), condition.op, condition.value)
        case Kind.PERCENT:
            return _margin(condition.op, condition.value)
        case Kind.COUNT:
            return _count(condition)
        case Kind.TEXT | Kind.STATUS:
            return _text(_attribute(condition.field), condition.op, condition.value)
        case Kind.TAGS:
            return _tag(condition.op, condition.value)
        case Kind.TIME:
            return _time(_attribute(condition.field), condition.op, condition.value, now)
    assert_never(kind)


def _attribute(field: Field) -> _Get:
    return operator.attrgetter(_ATTRIBUTES[field])


def _number(get: _Get, op: Op, value: Any) -> Question:  # noqa: PLR0911 -- one per question
    match op:
        case Op.LT:
            return lambda facts: (found := get(facts)) is not None and found < value
        case Op.LTE:
            return lambda facts: (found := get(facts)) is not None and found <= value
        case Op.EQ:
            return lambda facts: (found := get(facts)) is not None and found == value
        case Op.NE:
            return lambda facts: (found := get(facts)) is not None and found != value
        case Op.GTE:
            return lambda facts: (found := get(facts)) is not None and found >= value
        case Op.GT:
            return lambda facts: (found := get(facts)) is not None and found > value
        case Op.BETWEEN:
            low, high = value
            return lambda facts: (found := get(facts)) is not None and low <= found <= high
        case Op.KNOWN:
            return lambda facts: get(facts) is not None
        case _:
            return lambda facts: get(facts) is None


def _count(condition: Condition) -> Question:
    value: Any = condition.value
    # Whole numbers compare with each other several times as fast as with decimals.
    if isinstance(value, Range):
        value = int(value.low), int(value.high)
    elif value is not None:
        value = int(value)
    if condition.field == Field.STOCK:
        return _number(_attribute(Field.STOCK), condition.op, value)
    location = condition.location
    return _number(lambda facts: facts.levels.get(location), condition.op, value)  # type: ignore[arg-type] # a checked stock_at has one


def _margin(op: Op, value: Any) -> Question:
    """Ask for the margin without dividing: (p - c) / p * 100 >= v is p * (100 - v) >= c * 100."""
    match op:
        case Op.KNOWN:
            return lambda facts: facts.cost is not None and facts.price > 0
        case Op.UNKNOWN:
            return lambda facts: facts.cost is None or facts.price <= 0
        case Op.BETWEEN:
            lowest, highest = _margin(Op.GTE, value[0]), _margin(Op.LTE, value[1])
            return lambda facts: lowest(facts) and highest(facts)
    compare = _COMPARE[op]
    share: Decimal = HUNDRED - value

    def holds(facts: Facts) -> bool:
        price, cost = facts.price, facts.cost
        if cost is None or price <= 0:
            return False
        return compare(price * share, cost * HUNDRED)

    return holds


def _text(get: _Get, op: Op, value: Any) -> Question:  # noqa: PLR0911 -- one per question
    if op == Op.IN:
        some = frozenset(text.casefold() for text in value)
        return lambda facts: get(facts).casefold() in some
    wanted: str = value.casefold()
    match op:
        case Op.IS:
            return lambda facts: get(facts).casefold() == wanted
        case Op.IS_NOT:
            return lambda facts: get(facts).casefold() != wanted
        case Op.CONTAINS:
            return lambda facts: wanted in get(facts).casefold()
        case Op.NOT_CONTAINS:
            return lambda facts: wanted not in get(facts).casefold()
        case Op.STARTS_WITH:
            return lambda facts: get(facts).casefold().startswith(wanted)
        case _:
            return lambda facts: get(facts).casefold().endswith(wanted)


def _tag(op: Op, value: Any) -> Question:
    wanted: str = value.casefold()

    def has(facts: Facts) -> bool:
        for tag in facts.tags:  # noqa: SIM110 -- the same
            if tag.casefold() == wanted:
                return True
        return False

    return has if op == Op.HAS else lambda facts: not has(facts)


def _time(get: _Get, op: Op, value: Any, now: dt.datetime) -> Question:
    """Ask for a time. Days are UTC's; the day itself is neither before nor after."""
    match op:
        case Op.BEFORE:
            limit, compare = _midnight(value), _COMPARE[Op.LT]
        case Op.AFTER:
            limit, compare = _midnight(value + dt.timedelta(days=1)), _COMPARE[Op.GTE]
        case Op.OLDER_THAN_DAYS:
            limit, compare = now - dt.timedelta(days=value), _COMPARE[Op.LT]
        case _:
            limit, compare = now - dt.timedelta(days=value), _COMPARE[Op.GT]
    return lambda facts: (found := get(facts)) is not None and compare(found, limit)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
