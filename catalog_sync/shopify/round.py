"""How far a reconciliation is: the checkpoint of its job, and nothing that is not in it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Phase(StrEnum):
    """What is compared, in order; what a page of totals brought up is read before the next one."""

    SUBSCRIPTIONS = "subscriptions"
    LOCATIONS = "locations"
    PRODUCTS = "products"
    TOTALS = "totals"
    LEVELS = "levels"
    DONE = "done"

    @property
    def next(self) -> "Phase":
        """The phase that follows."""
        phases = list(Phase)
        return phases[phases.index(self) + 1]


@dataclass(slots=True)
class Round:
    """One comparison of a shop with its mirror.

    ``run_id`` is its row, ``total`` how many variants the mirror had. ``since`` (ISO) is what the
    window of products begins with, ``window`` how many rows of it have been paged. ``above`` is
    the highest variant id compared so far. ``variants``, ``items``, ``missing`` and ``products``
    are the vendor's ids still to be read, ``levels_left`` how many items of the rotation.
    ``lag`` is in seconds, ``points`` what Shopify has charged.
    """

    run_id: int
    total: int
    since: str
    phase: Phase = Phase.SUBSCRIPTIONS
    cursor: str | None = None
    window: int = 0
    above: int = 0
    done: int = 0
    locations: int = 1
    variants: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    levels_after: int = 0
    levels_left: int = 0
    restarted: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    lag: float | None = None
    points: int = 0

    @classmethod
    def from_checkpoint(cls, checkpoint: dict[str, Any]) -> Self | None:
        """Read what :meth:`as_checkpoint` wrote; None at the first start."""
        if not checkpoint:
            return None
        return cls(**{**checkpoint, "phase": Phase(checkpoint["phase"])})

    def as_checkpoint(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def since_at(self) -> dt.datetime:
        """Where the window of products begins."""
        return dt.datetime.fromisoformat(self.since)

    def end_phase(self) -> None:
        """Go on to the next phase."""
        self.phase = self.phase.next
        self.cursor = None

    def restart_phase(self) -> None:
        """Begin the phase again: its cursor is not valid any more."""
        self.restarted.append(self.phase)
        self.cursor = None
        self.window = self.above = self.done = 0

    def count(self, **found: int) -> None:
        """Add to the counts; what was not found is not mentioned."""
        for name, number in found.items():
            if number:
                self.counts[name] = self.counts.get(name, 0) + number

    def note_lag(self, moments: Iterable[dt.datetime], now: dt.datetime) -> None:
        """Keep the longest delay between the vendor's times of what was mended and now."""
        for moment in moments:
            delay = max(0.0, (now - moment).total_seconds())
            self.lag = delay if self.lag is None else max(self.lag, delay)

    def told(self) -> Mapping[str, Any]:
        """Return what the run's row shows."""
        lag = None if self.lag is None else dt.timedelta(seconds=self.lag)
        return {"counts": dict(self.counts), "points": self.points, "lag": lag}
