"""Rules as JSON. One set of rules has one spelling; what a rule has by default is left out."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pricing.enums import CompareAtAction, GuardMode, RoundingDirection

from .contracts import CompareAt, Condition, ConditionValue, Group, Guard, Range, Rounding, Rule
from .numbers import plain


def rules_to_json(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Write rules so that ``read_rules`` gives them back. Numbers are texts without exponent."""
    return [_rule(rule) for rule in rules]


def _rule(rule: Rule) -> dict[str, Any]:
    return _said(
        name=rule.name,
        when=_group(rule.when) if rule.when.items else None,
        action=_said(kind=str(rule.action.value), value=_number(rule.value)),
        compare_at=_compare_at(rule.compare_at),
        rounding=_rounding(rule.rounding),
        guards=[_guard(guard) for guard in rule.guards],
    )


def _group(group: Group) -> dict[str, Any]:
    items = [
        _condition(item) if isinstance(item, Condition) else _group(item) for item in group.items
    ]
    return {"match": str(group.match.value), "items": items}


def _condition(condition: Condition) -> dict[str, Any]:
    location = condition.location
    return _said(
        field=str(condition.field.value),
        op=str(condition.op.value),
        value=_value(condition.value),
        location=None if location is None else str(location),
    )


def _value(value: ConditionValue) -> str | list[str] | None:
    match value:
        case Decimal():
            return plain(value)
        case int():
            return str(value)
        case dt.date():
            return value.isoformat()
        case Range(low, high):
            return [plain(low), plain(high)]
        case tuple():
            return [str(text) for text in value]
        case _:
            return value


def _compare_at(compare_at: CompareAt) -> dict[str, Any] | None:
    if compare_at.kind == CompareAtAction.KEEP:
        return None
    return _said(kind=str(compare_at.kind.value), value=_number(compare_at.value))


def _rounding(rounding: Rounding) -> dict[str, Any] | None:
    if rounding == Rounding():
        return None
    nearest = rounding.direction == RoundingDirection.NEAREST
    return _said(
        step=plain(rounding.step),
        ending=plain(rounding.ending) if rounding.ending else None,
        direction=None if nearest else str(rounding.direction.value),
    )


def _guard(guard: Guard) -> dict[str, Any]:
    return _said(
        kind=str(guard.kind.value),
        value=plain(guard.value),
        otherwise=None if guard.otherwise == GuardMode.CLAMP else str(guard.otherwise.value),
    )


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _said(**values: Any) -> dict[str, Any]:
    """Keep what is said: nothing that is None or empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
