"""Triggers in words, for the people who confirm them."""

from collections.abc import Iterable
from typing import assert_never

from pricing.api import plain

from .contracts import (
    Always,
    BackInStock,
    ByHand,
    Direction,
    Locations,
    OutOfStock,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
)
from .phrases import at, hours_words


def triggers_words(triggers: Iterable[Trigger], locations: Locations | None = None) -> list[str]:
    """Say triggers, a sentence for each: when it goes on and when off."""
    return [trigger_words(trigger, locations) for trigger in triggers]


def trigger_words(  # noqa: PLR0911 -- one per kind
    trigger: Trigger, locations: Locations | None = None
) -> str:
    """Say a trigger. Locations without a name are called by their number."""
    match trigger:
        case Always():
            return "On from the campaign's start to its end."
        case ByHand():
            return "On and off by hand, for each variant."
    where = at(trigger.location, locations or {})
    match trigger:
        case StockBelow(threshold=threshold, off_at=off_at):
            return (
                f"On when stock{where} is at or below {threshold:,}, off when it is "
                f"above {off_at:,}."
            )
        case StockAbove(threshold=threshold, off_at=off_at):
            return (
                f"On when stock{where} is above {threshold:,}, off when it is "
                f"at or below {off_at:,}."
            )
        case StockChange(percent=percent, off_at=off_at):
            falls = trigger.direction is Direction.FALL
            return (
                f"On when stock{where} has {'fallen' if falls else 'risen'} by at least "
                f"{plain(percent)} % within {hours_words(trigger.hours)}, off when the "
                f"{'fall' if falls else 'rise'} is below {plain(off_at)} %."
            )
        case OutOfStock(off_at=off_at):
            return f"On when stock{where} is 0 or less, off when it is above {off_at:,}."
        case BackInStock(hold=hold):
            return (
                f"On for {hours_words(hold)} when stock{where} comes back, off at once when it "
                "is 0 or less again."
            )
    assert_never(trigger)
