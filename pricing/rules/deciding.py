"""What a rule that applies does: action, rounding, guards, compare-at price, in this order.

A price is known by its place on the rule's grid, the k of ``ending + k * step``: rounding gives a
place, guards allow an interval of places, and only the end turns a place into money. Nothing is
divided on the way, so nothing is off by a rounding.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from pricing.contracts import MAX_PRICE, Price
from pricing.enums import Action, CompareAtAction, GuardKind, RoundingDirection, SkipReason

from .contracts import CompareAt, Evaluation, Facts, Rule
from .limits import hold_within
from .numbers import HUNDRED, ceiling_of, floor_of, nearest_of

Decide = Callable[[Facts], Evaluation]

_ONE, _ZERO, _UNDER_ZERO = Decimal(1), Decimal(0), Decimal(-1)

_TO_PLACE = {
    RoundingDirection.NEAREST: nearest_of,
    RoundingDirection.UP: ceiling_of,
    RoundingDirection.DOWN: floor_of,
}

_MISSING = {
    Action.MARGIN: SkipReason.NO_COST,
    Action.MARKUP: SkipReason.NO_COST,
    Action.TO_COMPARE_AT: SkipReason.NO_COMPARE_AT,
    Action.FROM_COMPARE_AT: SkipReason.NO_COMPARE_AT,
    Action.FILE: SkipReason.NOT_IN_FILE,
}


def decide_by(rule: Rule, position: int) -> Decide:
    """Return the function that applies ``rule``, which is the ``position``-th, to a variant."""

    def skip(reason: SkipReason, held_by: GuardKind | None = None) -> Evaluation:
        return Evaluation(None, reason, position, held_by)

    missing = skip(_MISSING.get(rule.action, SkipReason.NO_RULE))
    below_zero, too_large = skip(SkipReason.BELOW_ZERO), skip(SkipReason.TOO_LARGE)
    no_change = {by: skip(SkipReason.NO_CHANGE, by) for by in (None, *GuardKind)}
    place_of = _place_of(rule)
    hold = hold_within(rule.guards, rule.rounding, position) if rule.guards else None
    step, ending = _in_cents(rule.rounding.step), _in_cents(rule.rounding.ending)
    last = floor_of(MAX_PRICE - ending, step)
    compare_at_of = _compare_at_of(rule.compare_at)

    def decide(facts: Facts) -> Evaluation:
        place = place_of(facts)
        if place is None:
            return missing
        held_by = None
        if hold is not None:
            held = hold(facts, place)
            if isinstance(held, Evaluation):
                return held
            place, held_by = held
        if not _ZERO <= place <= last:
            return below_zero if place < _ZERO else too_large
        price = place * step + ending
        compare_at = compare_at_of(facts, price)
        if price == facts.price and compare_at == facts.compare_at:
            return no_change[held_by]
        return Evaluation(Price(price, compare_at), None, position, held_by)

    return decide


def _in_cents(amount: Decimal) -> Decimal:
    """Write an amount with cents, so that a price made of it has them: 20.00 rather than 20."""
    return amount + Decimal("0.00")


def _place_of(rule: Rule) -> Callable[[Facts], Decimal | None]:
    """Return the function from a variant to the place of its rounded price.

    A price below zero has a place below zero, however it is rounded: what a rule takes off too
    much is not given away for nothing.
    """
    amount_of, scale = _amount_of(rule)
    to_place = _TO_PLACE[rule.rounding.direction]
    # The first price allowed is the nearest one to all below it.
    lifts = rule.rounding.direction == RoundingDirection.NEAREST
    ending = rule.rounding.ending * scale
    step = rule.rounding.step * scale

    def place_of(facts: Facts) -> Decimal | None:
        amount = amount_of(facts)
        if amount is None:
            return None
        if amount < _ZERO:
            return _UNDER_ZERO
        place = to_place(amount - ending, step)
        return _ZERO if lifts and place < _ZERO else place

    return place_of


def _amount_of(  # noqa: PLR0911 -- one per action
    rule: Rule,
) -> tuple[Callable[[Facts], Decimal | None], Decimal]:
    """Return the function from a variant to ``scale`` times the price wanted, and ``scale``."""
    value = _ZERO if rule.value is None else rule.value
    factor = (HUNDRED + value) / HUNDRED
    match rule.action:
        case Action.SET:
            return (lambda _facts: value), _ONE
        case Action.AMOUNT:
            return (lambda facts: facts.price + value), _ONE
        case Action.PERCENT:
            return (lambda facts: facts.price * factor), _ONE
        case Action.MARGIN:
            return _times("cost", HUNDRED), HUNDRED - value
        case Action.MARKUP:
            return _times("cost", factor), _ONE
        case Action.TO_COMPARE_AT:
            return (lambda facts: facts.compare_at), _ONE
        case Action.FROM_COMPARE_AT:
            return _times("compare_at", factor), _ONE
        case Action.FILE:
            return (lambda facts: facts.file_price), _ONE
    assert_never(rule.action)


def _times(name: str, factor: Decimal) -> Callable[[Facts], Decimal | None]:
    def amount_of(facts: Facts) -> Decimal | None:
        amount: Decimal | None = getattr(facts, name)
        return None if amount is None else amount * factor

    return amount_of


def _compare_at_of(compare_at: CompareAt) -> Callable[[Facts, Decimal], Decimal | None]:
    value = compare_at.value
    match compare_at.kind:
        case CompareAtAction.KEEP:
            return lambda facts, _price: facts.compare_at
        case CompareAtAction.OLD_PRICE:
            return lambda facts, price: facts.price if price < facts.price else facts.compare_at
        case CompareAtAction.CLEAR:
            return lambda _facts, _price: None
        case CompareAtAction.SET:
            return lambda _facts, _price: value
        case CompareAtAction.FILE:
            return lambda facts, _price: (
                facts.compare_at if facts.file_compare_at is None else facts.file_compare_at
            )
    assert_never(compare_at.kind)
