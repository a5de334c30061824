"""Budgets: how much a vendor account still lets us spend, shared by every process.

One row per account, one atomic statement per take, the database's clock. The statement refills
the bucket, decides and subtracts under the row's lock, so any number of processes together never
spend more than the vendor restores; nobody holds the lock longer than that statement, nobody
holds two, so there is nothing to deadlock.

*A worker killed between take and settle* leaves its points taken: they are lost once. The level
stays that much below the vendor's until the bucket is next full, but the rate does not suffer,
because ours refills as fast as the vendor's. There is nothing to leak and nothing to clean up.

*Priorities* are reserves, not queues. A LOW call must leave ``OUTBOUND_LOW_RESERVE`` of the bucket
to the others, a NORMAL one ``_URGENT_RESERVE`` while somebody urgent asked within the last seconds.
Under load the level stays near zero, so low calls stand back until the others pause.

*Waiting* is the job's: ``take`` never sleeps. It promises each caller it refuses a moment of its
own, one after the other as the points will be restored, so that they do not all come back at once
for the points of one call. A promise is at most half a bucket's filling time away: points that
nobody fetched for so long still fit into the bucket, so none is lost while everybody waits.

Not done here: knowing what a call costs (the connector) and retrying (``foundation.work``).
"""

import time
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from foundation.failures import Permanent, Wait

from .contracts import Grant, Priority, Reading
from .transactions import forbid_open_transaction

logger = structlog.get_logger(__name__)

_URGENT_RESERVE: Final = 0.1  # of the bucket, kept for urgent calls by normal ones …
_URGENT_SECONDS: Final = 5.0  # … this long after an urgent call
_LOW_RESERVE: Final = 0.2  # default of settings.OUTBOUND_LOW_RESERVE
# The vendor's clock and ours tick apart by a network trip: ask for this much more than the cost,
# but never for more than twice the cost: of a bucket that refills quickly it is a large part, and
# a small call would wait with a thousand times its points there.
_SLACK_SECONDS: Final = 0.02
_LEAST_WAIT: Final = 0.05
_UNKNOWN_PAUSE: Final = 1.0  # a refusal that tells no numbers (contract of Shopify, §3.3)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is assumed of an account until its vendor tells: a bucket and its refill."""

    capacity: float
    restore_rate: float

    @classmethod
    def calls(cls, count: int, *, each_seconds: float) -> "Allowance":
        """Describe a vendor that counts calls: ``count`` in every window, each costing 1."""
        return cls(capacity=count, restore_rate=count / each_seconds)


# Shopify's smallest plan (its contract §3.1); an unknown bucket is taken for half full.
SMALLEST: Final = Allowance(capacity=2000, restore_rate=100)

_OPEN: Final = """
INSERT INTO outbound_budget (key, capacity, restore_rate, available)
VALUES (%(key)s, %(capacity)s, %(rate)s, %(capacity)s / 2.0)
ON CONFLICT (key) DO NOTHING
"""

# Reads and writes are one statement. After waiting for the lock PostgreSQL re-reads the row, so
# the level is never a stale one; the clock is read once and never runs backwards.
_TAKE: Final = """
WITH held AS (
    SELECT id, capacity, restore_rate, available, measured_at, promised_until, urgent_at,
           clock_timestamp() AS at
      FROM outbound_budget WHERE key = %(key)s FOR UPDATE
), level AS (
    SELECT *, LEAST(capacity, available + restore_rate
                    * GREATEST(0, extract(epoch FROM at - measured_at))) AS points_now,
           LEAST(capacity, %(points)s + LEAST(%(points)s, restore_rate * %(slack)s)
                    + capacity * CASE
               WHEN %(priority)s = 2 THEN %(low_reserve)s
               WHEN %(priority)s = 1 AND urgent_at > at - make_interval(secs => %(urgent_for)s)
                   THEN %(urgent_reserve)s
               ELSE 0 END) AS needed
      FROM held
), decided AS (
    SELECT *, points_now >= needed AND %(points)s <= capacity AS granted,
           LEAST(
               GREATEST(at + make_interval(secs => (needed - points_now) / restore_rate),
                        promised_until + make_interval(secs => %(points)s / restore_rate)),
               at + make_interval(secs => capacity / restore_rate / 2)) AS wake
      FROM level
)
UPDATE outbound_budget AS b
   SET available = d.points_now - CASE WHEN d.granted THEN %(points)s ELSE 0 END,
       measured_at = GREATEST(d.at, d.measured_at),
       promised_until = CASE WHEN d.granted THEN d.promised_until ELSE d.wake END,
       waits = b.waits + CASE WHEN d.granted THEN 0 ELSE 1 END,
       urgent_at = CASE WHEN %(priority)s = 0 THEN d.at ELSE d.urgent_at END
  FROM decided AS d
 WHERE b.id = d.id
RETURNING d.granted, extract(epoch FROM d.wake - d.at)::float8, d.points_now, d.capacity,
          d.restore_rate
"""

# The vendor's number is as old as the answer's way back, and the bucket refilled meanwhile:
# believing it as it stands would pull the level down with every slow answer.
_SETTLE: Final = """
UPDATE outbound_budget AS b
   SET available = LEAST(
           %(capacity)s,
           LEAST(b.capacity, b.available + b.restore_rate
                 * GREATEST(0, extract(epoch FROM t.at - b.measured_at))) + %(back)s,
           %(told)s + %(rate)s * %(elapsed)s),
       capacity = %(capacity)s,
       restore_rate = %(rate)s,
       measured_at = GREATEST(t.at, b.measured_at)
  FROM (SELECT clock_timestamp() AS at) AS t
 WHERE b.key = %(key)s
"""

_GIVE_BACK: Final = """
UPDATE outbound_budget SET available = LEAST(capacity, available + %(points)s) WHERE key = %(key)s
"""

_DEPLETE: Final = """
UPDATE outbound_budget AS b
   SET available = LEAST(
           b.available + %(points)s + b.restore_rate
               * GREATEST(0, extract(epoch FROM t.at - b.measured_at)),
           %(told)s),
       capacity = COALESCE(%(capacity)s, b.capacity),
       restore_rate = COALESCE(%(rate)s, b.restore_rate),
       measured_at = GREATEST(t.at, b.measured_at),
       throttled = b.throttled + 1,
       last_throttled_at = t.at
  FROM (SELECT clock_timestamp() AS at) AS t
 WHERE b.key = %(key)s
RETURNING b.available, b.restore_rate
"""


class PointsBudget:
    """One account's budget for one priority, as a connector uses it around each call."""

    def __init__(
        self,
        key: str,
        *,
        priority: Priority = Priority.NORMAL,
        assumed: Allowance = SMALLEST,
    ) -> None:
        """``assumed`` holds until the vendor's first answer tells its own numbers."""
        self._key = key
        self._priority = priority
        self._assumed = assumed

    def take(self, points: int) -> Grant:
        """Take ``points`` now, or raise ``failures.Wait`` with the seconds until they are there.

        One round trip. Raises ``Permanent`` for a call that no full bucket could ever pay.
        """
        forbid_open_transaction("a budget")
        row = self._ask(points)
        if row is None:
            self._execute(
                _OPEN,
                {"capacity": self._assumed.capacity, "rate": self._assumed.restore_rate},
            )
            row = self._ask(points)
        if row is None:
            message = f"The budget {self._key} was deleted while it was used."
            raise RuntimeError(message)
        granted, seconds, level, capacity, rate = row
        if granted:
            return Grant(points=points, taken_at=time.monotonic())
        if points > capacity:
            message = (
                f"A call of {points} points can never be paid: the vendor's bucket holds "
                f"{capacity:.0f}. Ask for smaller pages or fewer rows at once."
            )
            raise Permanent(message)
        seconds = max(_LEAST_WAIT, seconds)
        raise Wait(
            seconds=seconds,
            why=f"Waiting {seconds:.1f} s for the vendor's rate limit: {points} points needed, "
            f"{max(0.0, level):.0f} there, {rate:.0f} restored each second.",
        )

    def settle(self, grant: Grant, reading: Reading) -> None:
        """Put back what was not used and learn bucket, rate and level from the vendor.

        Never raises for the database's sake: the call has been made, and its result matters more
        than these points (they count as spent).
        """
        actual = grant.points if reading.actual is None else reading.actual
        self._keep_books(
            _SETTLE,
            {
                "back": grant.points - actual,
                "told": reading.available,
                "capacity": reading.capacity,
                "rate": reading.restore_rate,
                "elapsed": time.monotonic() - grant.taken_at,
            },
        )

    def give_back(self, grant: Grant) -> None:
        """Put everything back: the call never left."""
        self._keep_books(_GIVE_BACK, {"points": grant.points})

    def deplete(self, grant: Grant, reading: Reading) -> float:
        """Believe the vendor that refused a call for its rate; return the seconds to wait.

        The refused call was not charged, so its points go back first. A reading without capacity
        says only "too fast": the bucket is taken for empty.
        """
        told = reading.capacity > 0 and reading.restore_rate > 0
        row = self._keep_books(
            _DEPLETE,
            {
                "points": grant.points,
                "told": reading.available if told else 0.0,
                "capacity": reading.capacity if told else None,
                "rate": reading.restore_rate if told else None,
            },
        )
        logger.warning("outbound.throttled", budget=self._key, points=grant.points)
        if row is None:
            return _UNKNOWN_PAUSE
        available, rate = row
        pause = (grant.points - available) / rate + _SLACK_SECONDS
        return float(max(_LEAST_WAIT if told else _UNKNOWN_PAUSE, pause))

    def _ask(self, points: int) -> tuple[Any, ...] | None:
        return self._execute(
            _TAKE,
            {
                "points": float(points),
                "priority": int(self._priority),
                "slack": _SLACK_SECONDS,
                "low_reserve": float(getattr(settings, "OUTBOUND_LOW_RESERVE", _LOW_RESERVE)),
                "urgent_reserve": _URGENT_RESERVE,
                "urgent_for": _URGENT_SECONDS,
            },
        )

    def _keep_books(self, statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
        try:
            return self._execute(statement, values)
        except DatabaseError:
            logger.exception("outbound.budget_not_kept", budget=self._key)
            connection.close_if_unusable_or_obsolete()
            return None

    def _execute(self, statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"key": self._key, **values})
            return cursor.fetchone() if cursor.description else None


def budget_key(kind: str, connection_id: object) -> str:
    """Name the budget of a connection: one per vendor account."""
    return f"{kind}:{connection_id}"
