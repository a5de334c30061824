"""Guards as functions: which places of a rule's price grid each of them allows."""

from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from pricing.enums import GuardKind, GuardMode, SkipReason

from .contracts import Evaluation, Facts, Guard, Rounding
from .numbers import HUNDRED, ceiling_of, floor_of

_NO_LOW, _NO_HIGH = Decimal("-Infinity"), Decimal("Infinity")

Interval = tuple[Decimal, Decimal]
"""The first and the last place allowed."""

Hold = Callable[[Facts, Decimal], tuple[Decimal, GuardKind | None] | Evaluation]
"""From the place of a price to one that every guard allows, with the guard that moved it."""

_BROKEN = {
    GuardKind.FLOOR: SkipReason.BELOW_FLOOR,
    GuardKind.CEILING: SkipReason.ABOVE_CEILING,
    GuardKind.MIN_MARGIN: SkipReason.BELOW_MARGIN,
    GuardKind.MAX_CHANGE: SkipReason.CHANGE_TOO_LARGE,
}


def hold_within(guards: tuple[Guard, ...], rounding: Rounding, position: int) -> Hold:
    """Return the function that holds a price within ``guards``.

    It works on places of the grid (the k of ``ending + k * step``), so what it gives is an allowed
    price and the nearest one by construction. Limits are worked out without a division.
    """
    limits = [
        (
            guard.kind,
            Evaluation(None, _BROKEN[guard.kind], position)
            if guard.otherwise == GuardMode.SKIP
            else None,
            _interval(guard, rounding),
        )
        for guard in guards
    ]
    no_cost = Evaluation(None, SkipReason.NO_COST, position)
    no_price_fits = Evaluation(None, SkipReason.NO_PRICE_FITS, position)

    def hold(facts: Facts, place: Decimal) -> tuple[Decimal, GuardKind | None] | Evaluation:
        low, high = _NO_LOW, _NO_HIGH
        low_by = high_by = None
        for kind, skipped, interval_of in limits:
            interval = interval_of(facts)
            if interval is None:
                return no_cost
            least, most = interval
            if skipped is not None and not least <= place <= most:
                return skipped
            if least > low:
                low, low_by = least, kind
            if most < high:
                high, high_by = most, kind
        if low <= place <= high:
            return place, None
        if high < low or high < 0:
            return no_price_fits
        return (low, low_by) if place < low else (high, high_by)

    return hold


def _interval(guard: Guard, rounding: Rounding) -> Callable[[Facts], Interval | None]:
    step, ending = rounding.step, rounding.ending
    match guard.kind:
        case GuardKind.FLOOR:
            floor = ceiling_of(guard.value - ending, step), _NO_HIGH
            return lambda _facts: floor
        case GuardKind.CEILING:
            ceiling = _NO_LOW, floor_of(guard.value - ending, step)
            return lambda _facts: ceiling
        case GuardKind.MIN_MARGIN:
            return _margin(guard.value, rounding)
        case GuardKind.MAX_CHANGE:
            return _change(guard.value, rounding)
    assert_never(guard.kind)


def _margin(percent: Decimal, rounding: Rounding) -> Callable[[Facts], Interval | None]:
    """Price >= cost / (1 - percent / 100), multiplied by what it would be divided by."""
    share = HUNDRED - percent
    step, ending = rounding.step * share, rounding.ending * share

    def interval(facts: Facts) -> Interval | None:
        if facts.cost is None:
            return None
        return ceiling_of(facts.cost * HUNDRED - ending, step), _NO_HIGH

    return interval


def _change(percent: Decimal, rounding: Rounding) -> Callable[[Facts], Interval | None]:
    """Price within percent of the price before, times 100."""
    less, more = HUNDRED - percent, HUNDRED + percent
    step, ending = rounding.step * HUNDRED, rounding.ending * HUNDRED

    def interval(facts: Facts) -> Interval | None:
        before = facts.price
        # A price may fall by 100 % at most, so a wider limit is none.
        least = ceiling_of(before * less - ending, step) if less > 0 else _NO_LOW
        return least, floor_of(before * more - ending, step)

    return interval
