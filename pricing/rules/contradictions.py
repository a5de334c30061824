"""Two conditions on one number that can never hold together."""

from decimal import Decimal
from typing import NamedTuple

from .contracts import Condition, Range
from .fields import KINDS, NUMERIC, Field, Kind, Op
from .numbers import plain


class _Span(NamedTuple):
    """From where to where a condition lets a number be; None: without end."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False


def contradiction(first: Condition, second: Condition) -> str | None:
    """Say that no variant meets both conditions, None when one can.

    Both have passed their own checks. Looked at are numbers only: of the same field, at the same
    location.
    """
    same = (first.field, first.location) == (second.field, second.location)
    if not same or KINDS[first.field] not in NUMERIC or not _exclude(first, second):
        return None
    return f"No {_name(first)} is {_phrase(first)} and {_phrase(second)}."


def _exclude(first: Condition, second: Condition) -> bool:
    if Op.UNKNOWN in (first.op, second.op):
        return first.op != second.op
    if Op.NE in (first.op, second.op):
        return {first.op, second.op} == {Op.NE, Op.EQ} and first.value == second.value
    one, two = _span(first), _span(second)
    return _crossed(one, two) or _crossed(two, one)


def _crossed(one: _Span, two: _Span) -> bool:
    """Tell whether the first begins where the second has ended."""
    if one.low is None or two.high is None:
        return False
    return one.low > two.high or (one.low == two.high and (one.low_open or two.high_open))


def _span(condition: Condition) -> _Span:
    op, value = condition.op, condition.value
    if isinstance(value, Range):
        return _Span(*value)
    if not isinstance(value, Decimal):
        return _Span()
    low = value if op in {Op.EQ, Op.GTE, Op.GT} else None
    high = value if op in {Op.EQ, Op.LTE, Op.LT} else None
    above, below = op == Op.GT, op == Op.LT
    if KINDS[condition.field] is Kind.COUNT:
        # Of whole numbers "above 3" is "at least 4".
        return _Span(value + 1 if above else low, value - 1 if below else high)
    return _Span(low, high, low_open=above, high_open=below)


def _name(condition: Condition) -> str:
    if condition.field == Field.STOCK_AT:
        return f"stock at location {condition.location}"
    return str(condition.field.label)


def _phrase(condition: Condition) -> str:
    said = str(condition.op.label).removeprefix("is ")
    match condition.value:
        case Range(low, high):
            return f"{said} {plain(low)} and {plain(high)}"
        case Decimal() as value:
            return f"{said} {plain(value)}"
    return said
