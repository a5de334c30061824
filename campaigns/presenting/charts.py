"""Small pictures: a variant's price and stock over the same time, counts by day. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 120
_MARGIN: Final = 8

_Number = Decimal | int
_Steps = Sequence[tuple[dt.datetime, _Number]]


@dataclass(frozen=True, slots=True)
class EffectChart:
    """Two lines of steps in one box, each by a scale of its own; an empty one is not drawn."""

    price: str
    price_low: _Number | None
    price_high: _Number | None
    stock: str
    stock_low: _Number | None
    stock_high: _Number | None
    since: dt.datetime
    until: dt.datetime

    width: int = WIDTH
    height: int = HEIGHT


def effect_chart(
    prices: _Steps, stock: _Steps, *, since: dt.datetime, until: dt.datetime
) -> EffectChart | None:
    """Draw prices and stock between two moments; None where nothing is known of either.

    Stock stands on zero, so that its level can be seen; what was sold and is not there has no
    height, and is told by ``stock_low``. Of prices the differences count. Before the first step
    nothing is known, so nothing is drawn; what comes at ``until`` or later is not looked at.
    """
    prices, stock = _before(prices, until), _before(stock, until)
    if not (prices or stock) or since >= until:
        return None
    return EffectChart(
        price=_line(prices, since, until, floor=None),
        price_low=min((value for _, value in prices), default=None),
        price_high=max((value for _, value in prices), default=None),
        stock=_area(_line(_not_below_zero(stock), since, until, floor=0), since, until, stock),
        stock_low=min((value for _, value in stock), default=None),
        stock_high=max((value for _, value in stock), default=None),
        since=since,
        until=until,
    )


def _before(steps: _Steps, until: dt.datetime) -> _Steps:
    return [(at, value) for at, value in steps if at < until]


def _not_below_zero(steps: _Steps) -> _Steps:
    return [(at, max(value, 0)) for at, value in steps]


def _across(moment: dt.datetime, since: dt.datetime, until: dt.datetime) -> float:
    share = (max(moment, since) - since) / (until - since)
    return round(min(share, 1.0) * WIDTH, 1)


def _line(steps: _Steps, since: dt.datetime, until: dt.datetime, *, floor: int | None) -> str:
    if not steps:
        return ""
    values = [float(value) for _, value in steps]
    low = min(values) if floor is None else min(float(floor), *values)
    high = max(low + 1.0, *values)
    room = HEIGHT - 2 * _MARGIN

    def down(value: _Number) -> float:
        return round(HEIGHT - _MARGIN - (float(value) - low) / (high - low) * room, 1)

    first = steps[0]
    parts = [f"M{_across(first[0], since, until)} {down(first[1])}"]
    for moment, value in steps[1:]:
        parts.append(f"H{_across(moment, since, until)}V{down(value)}")
    return "".join([*parts, f"H{WIDTH}"])


def _area(line: str, since: dt.datetime, until: dt.datetime, steps: _Steps) -> str:
    return f"{line}V{HEIGHT}H{_across(steps[0][0], since, until)}Z" if line else ""


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day with a count; ``share`` is the height of its bar in percent of the highest."""

    day: dt.date
    count: int
    share: int


def day_bars(counts: Mapping[dt.date, int]) -> list[DayBar]:
    """Return a bar for each day; one of a few counts is still seen."""
    most = max(counts.values(), default=0)
    return [
        DayBar(day, count, max(4, count * 100 // most) if count else 0)
        for day, count in counts.items()
    ]
