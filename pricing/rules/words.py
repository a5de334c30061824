"""Rules in words, for the people who confirm them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from foundation.currencies import digits_of
from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, RoundingDirection

from .contracts import (
    CompareAt,
    Condition,
    ConditionValue,
    Group,
    Guard,
    Range,
    Rounding,
    Rule,
    default_step,
)
from .fields import KINDS, Field, Kind, Match, Op
from .numbers import plain

Locations = Mapping[int, str]
"""Names of locations by the vendor's id."""

_SHOWN = 6
"""Texts of a list that are said before "and 12 more"."""

_TENS = frozenset({Decimal(10) ** power for power in range(1, 19)})


def rules_words(
    rules: Sequence[Rule], currency: str, locations: Locations | None = None
) -> list[str]:
    """Say a set of rules, a sentence for each, numbered."""
    said = []
    for position, rule in enumerate(rules, start=1):
        words = rule_words(rule, currency)
        when = condition_words(rule.when, currency, locations)
        if when:
            words = f"When {when}: {_small(words)}"
        elif position > 1:
            words = f"Otherwise: {_small(words)}"
        name = f"{rule.name}. " if rule.name else ""
        said.append(f"{position}. {name}{words}")
    return said


def rule_words(rule: Rule, currency: str) -> str:
    """Say what a rule does to a price; when it applies is ``condition_words``' part."""
    parts = [_action_words(rule, currency), rounding_words(rule.rounding, currency)]
    parts += [guard_words(guard, currency) for guard in rule.guards]
    said = ", ".join(part for part in parts if part)
    compare_at = compare_at_words(rule.compare_at, currency)
    return f"{said}; {compare_at}" if compare_at else said


def condition_words(group: Group, currency: str = "", locations: Locations | None = None) -> str:
    """Say when a rule applies; "" for always. Without a currency amounts have cents."""
    link = " and " if group.match == Match.ALL else " or "
    return link.join(
        _condition_words(item, currency, locations or {})
        if isinstance(item, Condition)
        else _in_brackets(item, currency, locations)
        for item in group.items
    )


def guard_words(guard: Guard, currency: str) -> str:
    """Say a limit."""
    skips = guard.otherwise == GuardMode.SKIP
    match guard.kind:
        case GuardKind.FLOOR:
            return f"{'skipped if' if skips else 'never'} below {_money(guard.value, currency)}"
        case GuardKind.CEILING:
            return f"{'skipped if' if skips else 'never'} above {_money(guard.value, currency)}"
        case GuardKind.MIN_MARGIN:
            said = _percent(guard.value)
            return (
                f"skipped if the margin is below {said}"
                if skips
                else f"never below a margin of {said}"
            )
        case GuardKind.MAX_CHANGE:
            said = _percent(guard.value)
            return (
                f"skipped if it changes by more than {said}"
                if skips
                else f"never changed by more than {said}"
            )


def rounding_words(rounding: Rounding, currency: str) -> str:
    """Say a rounding; "" for that to the smallest unit, which says nothing."""
    if rounding.step <= default_step(digits_of(currency)) and not rounding.ending:
        return {
            RoundingDirection.NEAREST: "",
            RoundingDirection.UP: "rounded up",
            RoundingDirection.DOWN: "rounded down",
        }[rounding.direction]
    way = {
        RoundingDirection.NEAREST: "rounded to",
        RoundingDirection.UP: "rounded up to",
        RoundingDirection.DOWN: "rounded down to",
    }[rounding.direction]
    if not rounding.ending:
        return f"{way} multiples of {_amount(rounding.step, currency)}"
    ending = _amount(rounding.ending, currency)
    # "9.99" says where a price ends only if all its digits below the step are named.
    if rounding.step == 1 or (rounding.step in _TENS and rounding.ending * 10 >= rounding.step):
        return f"{way} {ending.removeprefix('0')}"
    return f"{way} {ending} and every {_amount(rounding.step, currency)} above it"


def compare_at_words(compare_at: CompareAt, currency: str) -> str:
    """Say what becomes of the compare-at price; "" when it is kept."""
    match compare_at.kind:
        case CompareAtAction.KEEP:
            return ""
        case CompareAtAction.OLD_PRICE:
            return "old price as compare-at"
        case CompareAtAction.CLEAR:
            return "compare-at cleared"
        case CompareAtAction.SET:
            return f"compare-at set to {_money(compare_at.value or Decimal(0), currency)}"
        case CompareAtAction.FILE:
            return "compare-at from the uploaded list"


def _action_words(rule: Rule, currency: str) -> str:  # noqa: PLR0911 -- one per action
    value = Decimal(0) if rule.value is None else rule.value
    match rule.action:
        case Action.SET:
            return f"Set to {_money(value, currency)}"
        case Action.AMOUNT:
            return f"{'Take off' if value < 0 else 'Add'} {_money(abs(value), currency)}"
        case Action.PERCENT:
            return f"{'Lower' if value < 0 else 'Raise'} by {_percent(abs(value))}"
        case Action.MARGIN:
            return f"Set for a margin of {_percent(value)}"
        case Action.MARKUP:
            return f"Set to {_beside('cost', value)}"
        case Action.TO_COMPARE_AT:
            return "Set to the compare-at price"
        case Action.FROM_COMPARE_AT:
            return f"Set to {_beside('the compare-at price', value)}"
        case Action.FILE:
            return "Set to the price of the uploaded list"


def _beside(what: str, percent: Decimal) -> str:
    if not percent:
        return what
    return f"{what} {'less' if percent < 0 else 'plus'} {_percent(abs(percent))}"


def _in_brackets(group: Group, currency: str, locations: Locations | None) -> str:
    said = condition_words(group, currency, locations)
    return f"({said})" if len(group.items) > 1 else said


def _condition_words(condition: Condition, currency: str, locations: Locations) -> str:
    name = str(condition.field.label)
    if condition.field == Field.STOCK_AT and condition.location is not None:
        known = locations.get(condition.location)
        name = f"stock at {known or f'location {condition.location}'}"
    said = _value_words(condition.value, KINDS[condition.field], currency)
    match condition.op:
        case Op.OLDER_THAN_DAYS:
            return f"{name} is more than {said} ago"
        case Op.NEWER_THAN_DAYS:
            return f"{name} is less than {said} ago"
    return f"{name} {condition.op.label} {said}".rstrip()


def _value_words(  # noqa: PLR0911 -- one per sort of value
    value: ConditionValue, kind: Kind, currency: str
) -> str:
    match value:
        case None:
            return ""
        case Range(low, high):
            low_words = _number_words(low, kind, currency)
            return f"{low_words} and {_number_words(high, kind, currency)}"
        case Decimal():
            return _number_words(value, kind, currency)
        case int():
            return f"{value:,} day{'' if value == 1 else 's'}"
        case date():
            return value.isoformat()
        case str():
            return value
    texts = [str(text) for text in value]
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _number_words(number: Decimal, kind: Kind, currency: str) -> str:
    match kind:
        case Kind.MONEY:
            return _amount(number, currency)
        case Kind.PERCENT:
            return _percent(number)
        case _:
            return f"{int(number):,}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{_amount(amount, currency)} {currency}"


def _amount(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{digits_of(currency)}f}"


def _percent(number: Decimal) -> str:
    return f"{plain(number)} %"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
