"""How far a full sync is: the checkpoint of its job, and nothing that is not in it."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Phase(StrEnum):
    """The lists of a shop, in an order in which a row's parents come first."""

    LOCATIONS = "locations"
    PRODUCTS = "products"
    VARIANTS = "variants"
    STOCK = "stock"
    MISSING = "missing"
    DONE = "done"

    @property
    def next(self) -> "Phase":
        """The phase that follows."""
        phases = list(Phase)
        return phases[phases.index(self) + 1]


@dataclass(slots=True)
class Sweep:
    """A complete pass over a shop.

    ``cursor`` asks for the next page of ``phase``; ``began`` (ISO, database clock) is before the
    first read, so what was confirmed since then was met by this pass. ``done`` and ``total``
    count products, variants and stocked items. ``restarted`` are phases begun again because their
    cursor had become invalid.
    """

    began: str
    total: int
    phase: Phase = Phase.LOCATIONS
    cursor: str | None = None
    done: int = 0
    done_before_phase: int = 0
    locations: int = 1
    restarted: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

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
    def began_at(self) -> dt.datetime:
        """When the pass began."""
        return dt.datetime.fromisoformat(self.began)

    def move(self, rows: int, cursor: str | None) -> None:
        """Count a page; without a cursor the phase is over."""
        self.done += rows
        self.cursor = cursor
        if cursor is None:
            self.end_phase()

    def end_phase(self) -> None:
        """Go on to the next phase."""
        self.phase = self.phase.next
        self.cursor = None
        self.done_before_phase = self.done

    def restart_phase(self) -> None:
        """Begin the phase again: its cursor is not valid any more."""
        self.restarted.append(self.phase)
        self.cursor = None
        self.done = self.done_before_phase

    def count(self, what: str, verdicts: dict[str, int]) -> None:
        """Add a page's verdicts, e.g. ``variants.newer``."""
        for verdict, number in verdicts.items():
            key = f"{what}.{verdict}"
            self.counts[key] = self.counts.get(key, 0) + number
