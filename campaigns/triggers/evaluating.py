"""Which triggers hold in a situation: each goes on and off at its own edges, else stays as it was.

Exact: percentages are compared as whole numbers, so that no edge is ever off by a rounding.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

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
    Window,
)
from .reasons import Reasons
from .situations import Held, Situation

# A window of which nobody knows when its start moves is looked at so often while it passes.
_LOOKS = 24
_SHORTEST_REST = dt.timedelta(minutes=15)


class _Answer(NamedTuple):
    holds: bool
    why: str
    look_again_at: dt.datetime | None = None


def evaluate(
    triggers: Sequence[Trigger],
    situation: Situation,
    *,
    holding: Sequence[int] = (),
    since: Sequence[dt.datetime] = (),
    locations: Locations | None = None,
) -> Held:
    """Return which triggers hold now.

    ``holding`` and ``since`` are ``positions`` and ``since`` of the last answer. ``locations`` has
    names for the sentence. Raises ``ValueError`` when the two are not of one length.
    """
    began = dict(zip(holding, since, strict=True))
    question = _Question(situation, Reasons(locations or {}))
    answers = [question.ask(trigger, began.get(place)) for place, trigger in enumerate(triggers)]
    held = tuple(place for place, answer in enumerate(answers) if answer.holds)
    looks = [each.look_again_at for each in answers if each.look_again_at is not None]
    return Held(
        positions=held,
        since=tuple(began.get(place, situation.now) for place in held),
        look_again_at=min(looks, default=None),
        why=answers[_deciding(triggers, held, began)].why,
    )


def _deciding(
    triggers: Sequence[Trigger], held: Sequence[int], began: dict[int, dt.datetime]
) -> int:
    """Return the trigger whose sentence says it: of those that have just moved, the first."""
    if held:
        return min(held, key=lambda place: place in began)
    return min(
        range(len(triggers)),
        # That nobody switched a variant on says less than any figure.
        key=lambda place: (place not in began, isinstance(triggers[place], ByHand)),
    )


class _Question:
    """A situation, asked about one trigger after the other."""

    def __init__(self, situation: Situation, reasons: Reasons) -> None:
        self._situation = situation
        self._say = reasons

    def ask(self, trigger: Trigger, held_since: dt.datetime | None) -> _Answer:
        """Say whether a trigger holds now; ``held_since`` is None when it did not so far."""
        match trigger:
            case Always():
                return _Answer(holds=True, why=self._say.always())
            case ByHand():
                switched_on = self._situation.by_hand
                return _Answer(switched_on, self._say.by_hand(on=switched_on))
        stock = self._situation.level(trigger.location)
        if stock is None:
            return _Answer(holds=False, why=self._say.unknown(trigger.location))
        match trigger:
            case StockChange():
                return self._change(trigger, stock, held=held_since is not None)
            case BackInStock():
                return self._back(trigger, stock, held_since)
        return self._level(trigger, stock, held=held_since is not None)

    def _level(
        self, trigger: StockBelow | StockAbove | OutOfStock, stock: int, *, held: bool
    ) -> _Answer:
        if isinstance(trigger, OutOfStock):
            limit = trigger.off_at if held else 0
            if stock <= 0:
                return _Answer(holds=True, why=self._say.out(stock, trigger.location))
        else:
            limit = trigger.off_at if held else trigger.threshold
        is_above = stock > limit
        return _Answer(
            holds=is_above == isinstance(trigger, StockAbove),
            why=self._say.beside(stock, limit, trigger.location),
        )

    def _change(self, trigger: StockChange, stock: int, *, held: bool) -> _Answer:
        before = self._situation.before.get(trigger.window)
        look_again_at = self._next_look(trigger.window)
        if before is None or before <= 0:
            return _Answer(
                holds=False,
                why=self._say.no_percent(before, trigger.window),
                look_again_at=look_again_at,
            )
        limit = trigger.off_at if held else trigger.percent
        change = stock - before if trigger.direction is Direction.RISE else before - stock
        parts, whole = limit.as_integer_ratio()
        holds = change * 100 * whole >= parts * before
        why = self._say.change(trigger, before, stock, limit, holds=holds)
        return _Answer(holds, why, look_again_at)

    def _next_look(self, window: Window) -> dt.datetime | None:
        """Return when the window's start reaches the next step of the stock."""
        now, length = self._situation.now, dt.timedelta(hours=window.hours)
        if window in self._situation.moved:
            moved_at = self._situation.moved[window]
            if moved_at is None:
                return None
            if moved_at + length > now:
                return moved_at + length
        return now + max(length // _LOOKS, _SHORTEST_REST)

    def _back(self, trigger: BackInStock, stock: int, held_since: dt.datetime | None) -> _Answer:
        if stock <= 0:
            return _Answer(holds=False, why=self._say.out(stock, trigger.location))
        hold = dt.timedelta(hours=trigger.hold)
        if held_since is not None:
            until = held_since + hold
            holds = self._situation.now < until
            why = self._say.back_for(stock, trigger, over=not holds)
            return _Answer(holds, why, until if holds else None)
        last = self._situation.last_level(trigger.location)
        if last is None or last > 0:
            return _Answer(holds=False, why=self._say.not_back(stock, trigger.location))
        return _Answer(
            holds=True,
            why=self._say.back(last, stock, trigger.location),
            look_again_at=self._situation.now + hold,
        )
