"""Sums over the courses of all variants."""

import datetime as dt
from bisect import insort
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from foundation.zones import local_in

from .contracts import EXACT, Course, Trial

MOST_RESTLESS = 10
"""Variants that are named."""

_DAY = dt.timedelta(days=1)
_INSTANT = dt.timedelta.resolution


class Restless(NamedTuple):
    """A variant with many moves."""

    variant_id: UUID
    puts: int
    takes: int


class Sums:
    """Sums over courses, and the variants that moved most; memory grows with the days only.

    ``touched``: variants that had the layer at least once; ``still_on``: that have it at the end.
    ``puts_per_day`` has every day of the shop that the trial touches. Of ``held_back``, ``sold``
    and ``given_away`` see :class:`Course`.
    """

    def __init__(self, trial: Trial) -> None:
        """Nothing is summed up yet."""
        self.variants = 0
        self.touched = 0
        self.still_on = 0
        self.puts = 0
        self.takes = 0
        self.held_back = 0
        self.sold = 0
        self.given_away = Decimal(0)
        self.puts_per_day = dict.fromkeys(_days(trial), 0)
        self._zone = trial.pace.zone
        self._length = trial.end - trial.start
        self._instants_on = 0
        self._restless: list[tuple[int, int, Restless]] = []

    def add(self, course: Course) -> None:
        """Add the course of one variant."""
        self.variants += 1
        self.touched += course.puts > 0
        self.still_on += course.puts > course.takes
        self.puts += course.puts
        self.takes += course.takes
        self.held_back += course.held_back
        self.sold += course.sold
        self.given_away = EXACT.add(self.given_away, course.given_away)
        self._instants_on += sum(
            (interval.until - interval.since) // _INSTANT for interval in course.intervals
        )
        for interval in course.intervals:
            self.puts_per_day[local_in(self._zone, interval.since).date()] += 1
        self._rank(course)

    @property
    def share_on(self) -> Decimal:
        """How much of the time the layer lay, over all variants: percent with one decimal."""
        whole = self.variants * (self._length // _INSTANT)
        tenths = (2_000 * self._instants_on + whole) // (2 * whole) if whole else 0
        return EXACT.scaleb(Decimal(tenths), -1)

    @property
    def most_restless(self) -> tuple[Restless, ...]:
        """The variants with most moves, of as many the one that came first; none without a move."""
        return tuple(restless for _, _, restless in self._restless)

    def _rank(self, course: Course) -> None:
        if course.edges:
            # The order of coming decides between as many, so that two of them never compare.
            restless = Restless(course.variant_id, course.puts, course.takes)
            insort(self._restless, (-len(course.edges), self.variants, restless))
            del self._restless[MOST_RESTLESS:]


def _days(trial: Trial) -> list[dt.date]:
    first = local_in(trial.pace.zone, trial.start).date()
    last = local_in(trial.pace.zone, trial.end - _INSTANT).date()
    return [first + place * _DAY for place in range((last - first).days + 1)]
