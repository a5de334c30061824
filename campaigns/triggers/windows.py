"""The past of a stock as steps: what it was at a moment, when it moved after one."""

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
