"""Points taken at once for several calls, so that they need not wait one by one.

A job that reads and then writes piece by piece would, on a tight budget, be sent back to the
queue between two pieces and have to read again each time it returns: with cheap writes every
second call is such a read. Paying for the whole piece of work first keeps it together.

Not done here: more than one thread at a time, and holding points for long: whoever prepays goes
to work at once. A worker killed meanwhile has spent what it took (``budgets.py``).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .contracts import Grant, Points, Reading


@contextmanager
def prepay(budget: Points, points: int) -> Iterator["PrepaidPoints"]:
    """Take ``points`` now, or raise ``failures.Wait``; what was not used goes back at the end."""
    purse = PrepaidPoints(budget, budget.take(points))
    try:
        yield purse
    finally:
        purse.close()


class PrepaidPoints:
    """Implements :class:`.contracts.Points` over an amount taken before; asks when it is empty."""

    def __init__(self, budget: Points, taken: Grant) -> None:
        """``taken`` is what was paid for; ``budget`` is where it came from."""
        self._budget = budget
        self._taken = taken
        self._left = taken.points

    def take(self, points: int) -> Grant:
        """Take from what was paid; from the budget, which may raise ``Wait``, beyond that."""
        if points > self._left:
            return self._budget.take(points)
        self._left -= points
        return Grant(points=points, taken_at=time.monotonic())

    def settle(self, grant: Grant, reading: Reading) -> None:
        """Tell the budget.

        The vendor's level still holds what is left here: it is higher than ours, which stands.
        """
        self._budget.settle(grant, reading)

    def give_back(self, grant: Grant) -> None:
        """Give to the budget: the call never left, and the next one may be of another job."""
        self._budget.give_back(grant)

    def deplete(self, grant: Grant, reading: Reading) -> float:
        """Believe the vendor's level, which counts what is left here: that is not ours any more."""
        self._left = 0
        return self._budget.deplete(grant, reading)

    def close(self) -> None:
        """Give back what is left."""
        if self._left > 0:
            self._budget.give_back(Grant(points=self._left, taken_at=self._taken.taken_at))
            self._left = 0
