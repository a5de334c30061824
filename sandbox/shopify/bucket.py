"""The leaky bucket of contract §3.1: points flow in at the plan's rate and overflow when full."""

import time
from typing import Any

import msgspec

from sandbox.shopify.settings import Settings


class Counters(msgspec.Struct):
    """Sums since the process began, for benchmarks: two readings give a window."""

    restored: float = 0.0
    overflowed: float = 0.0
    requested: float = 0.0
    refunded: float = 0.0
    drained: float = 0.0
    calls: int = 0
    throttled: int = 0
    over_max_cost: int = 0


class Bucket:
    """Points of one app on one shop. Full at start; not kept over a restart."""

    def __init__(self, rate: float, factor: float, settings: Settings) -> None:
        """A full bucket of a plan's `rate` (points/s) times `factor`."""
        self.settings = settings
        self.counters = Counters()
        self.rate = rate * factor
        self.level = self.maximum
        self.seen = time.monotonic()

    @property
    def maximum(self) -> float:
        """`maximumAvailable`."""
        return self.rate * self.settings.bucket_seconds

    def resize(self, rate: float, factor: float) -> None:
        """Another plan: the level never exceeds the new size."""
        self.refill()
        self.rate = rate * factor
        self.level = min(self.level, self.maximum)

    def refill(self) -> None:
        """Let in what time has restored."""
        now = time.monotonic()
        inflow = (now - self.seen) * self.rate
        self.seen = now
        kept = max(0.0, min(inflow, self.maximum - self.level))
        self.level += kept
        self.counters.restored += kept
        self.counters.overflowed += inflow - kept

    def admit(self, cost: float) -> bool:
        """Take the requested cost, or refuse and take nothing."""
        self.refill()
        self.counters.calls += 1
        if cost > self.level:
            self.counters.throttled += 1
            return False
        self.level -= cost
        self.counters.requested += cost
        return True

    def refuse(self) -> None:
        """Count a call that a fault throttles."""
        self.refill()
        self.counters.calls += 1
        self.counters.throttled += 1

    def refund(self, points: float) -> None:
        """Give back requested - actual."""
        self.refill()
        given = min(points, self.maximum - self.level)
        self.level += given
        self.counters.refunded += points

    def set_level(self, level: float) -> None:
        """Drain (0) or set the bucket by hand."""
        self.refill()
        level = min(level, self.maximum)
        self.counters.drained += self.level - level
        self.level = level

    def status(self) -> dict[str, float | int]:
        """`extensions.cost.throttleStatus`."""
        return {
            "maximumAvailable": float(self.maximum),
            "currentlyAvailable": max(0, int(self.level)),
            "restoreRate": float(self.rate),
        }

    def reading(self) -> dict[str, Any]:
        """Level and counters now; `at` is monotonic seconds, `spent` = requested - refunded."""
        self.refill()
        counters = msgspec.to_builtins(self.counters)
        return {
            "at": self.seen,
            "level": self.level,
            "rate": self.rate,
            "maximum": self.maximum,
            **counters,
            "spent": self.counters.requested - self.counters.refunded,
        }
