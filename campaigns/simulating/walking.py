"""One variant from moment to moment: a step of the stock, or a time to look again."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from campaigns.pacing import Later, counted, may_move
from campaigns.triggers import (
    Held,
    Needs,
    Situation,
    evaluate,
    first_move_after,
    level_at,
    look_back,
    needs,
)

from .contracts import EXACT, Course, Edge, Interval, Past, Prices, Trial


def simulate(pasts: Iterable[Past], trial: Trial, prices: Prices) -> Iterator[Course]:
    """Yield the course of each variant, in their order.

    Prices are asked only for pieces that left the stock while the layer lay.
    """
    wanted = needs(trial.triggers)
    for past in pasts:
        walk = _Walk(past, trial, wanted, prices)
        moment: dt.datetime | None = trial.start
        while moment is not None and moment < trial.end:
            moment = walk.visit(moment)
        yield walk.course()


class _Walk:
    """One variant, from moment to moment."""

    def __init__(self, past: Past, trial: Trial, wanted: Needs, prices: Prices) -> None:
        self._past = past
        self._trial = trial
        self._wanted = wanted
        self._prices = prices
        self._watched = [past.steps, *(past.of(each) for each in sorted(wanted.locations))]
        self._held = Held((), (), None, "")
        self._last: Situation | None = None
        self._edges: list[Edge] = []
        self._moved_at: dt.datetime | None = None
        self._moves_on: dt.date | None = None
        self._moves_today = 0
        self._waits = False
        self._held_back = 0
        self._sold = 0
        self._given_away = Decimal(0)

    @property
    def _on(self) -> bool:
        return bool(self._edges) and self._edges[-1].on

    def visit(self, now: dt.datetime) -> dt.datetime | None:
        """Do what the campaign does at a moment; return the next one, None when nothing comes."""
        situation = self._situation(now)
        self._sell(situation.stock)
        self._held = evaluate(
            self._trial.triggers,
            situation,
            holding=self._held.positions,
            since=self._held.since,
            locations=self._trial.locations,
        )
        self._last = situation
        coming = [first_move_after(steps, now) for steps in self._watched]
        coming += [self._held.look_again_at, self._move(now, situation.stock)]
        return min((each for each in coming if each is not None), default=None)

    def course(self) -> Course:
        """Return what happened."""
        times = [edge.at for edge in self._edges]
        if self._on:
            times.append(self._trial.end)
        return Course(
            variant_id=self._past.variant_id,
            edges=tuple(self._edges),
            intervals=tuple(map(Interval, times[::2], times[1::2])),
            held_back=self._held_back,
            sold=self._sold,
            given_away=self._given_away,
        )

    def _situation(self, now: dt.datetime) -> Situation:
        looks = {
            window: look_back(self._past.of(window.location), window.hours, now)
            for window in self._wanted.windows
        }
        last = self._last
        return Situation(
            now=now,
            stock=level_at(self._past.steps, now),
            levels={each: level_at(self._past.of(each), now) for each in self._wanted.locations},
            last_stock=None if last is None else last.stock,
            last_levels={} if last is None else last.levels,
            before={window: before for window, (before, _) in looks.items()},
            moved={window: moved for window, (_, moved) in looks.items()},
        )

    def _move(self, now: dt.datetime, stock: int | None) -> dt.datetime | None:
        """Put or take the layer, if that is wanted and may be; return when it may be, if later."""
        if self._held.on == self._on:
            self._waits = False
            return None
        pace = self._trial.pace
        answer = may_move(pace, now, self._moved_at, self._moves_on, self._moves_today)
        if isinstance(answer, Later):
            self._held_back += not self._waits
            self._waits = True
            return answer.at
        self._waits = False
        self._edges.append(Edge(now, self._held.on, self._held.why, stock))
        self._moved_at = now
        self._moves_on, self._moves_today = counted(pace, now, self._moves_on, self._moves_today)
        return None

    def _sell(self, stock: int | None) -> None:
        """Count what left the stock up to now, at the prices there were before it left."""
        before = None if self._last is None else self._last.stock
        if not self._on or before is None or stock is None or stock >= before:
            return
        self._sold += before - stock
        variant_id = self._past.variant_id
        own = self._prices.without_layer(variant_id, before)
        shown = self._prices.with_layer(variant_id, before)
        if own is not None and shown is not None:
            lower = EXACT.subtract(own, shown)
            given = EXACT.multiply(lower, before - stock)
            self._given_away = EXACT.add(self._given_away, given)
