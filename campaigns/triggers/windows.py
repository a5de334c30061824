"""The past of a stock as steps: what it was at a moment, and how a window looks back on it."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

Step = tuple[dt.datetime, int]
"""(moment, pieces from then on)"""

_moment = itemgetter(0)


def level_at(steps: Sequence[Step], moment: dt.datetime) -> int | None:
    """Return the stock at a moment; None before the first step. Steps are in order of time."""
    place = bisect_right(steps, moment, key=_moment)
    return steps[place - 1][1] if place else None


def first_move_after(steps: Sequence[Step], moment: dt.datetime) -> dt.datetime | None:
    """Return when the stock first moved, or began to be known, later than at a moment."""
    place = bisect_right(steps, moment, key=_moment)
    return steps[place][0] if place < len(steps) else None


def look_back(
    steps: Sequence[Step], hours: int, now: dt.datetime
) -> tuple[int | None, dt.datetime | None]:
    """Return what ``Situation.before`` and ``Situation.moved`` have of a window that ends now.

    Steps after ``now`` are not looked at.
    """
    start = now - dt.timedelta(hours=hours)
    moved = first_move_after(steps, start)
    return level_at(steps, start), moved if moved is not None and moved <= now else None
