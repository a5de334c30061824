"""What a claim tells, and how claims are found."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    ``floor`` is what the baseline reached in the same run, in the same unit; ``ratio`` relates the
    figure to it, ``wanted`` is the ratio that is claimed. ``peak_rss_mb`` is the largest memory of
    the measured processes together. ``facts`` say what the figure alone does not.
    """

    name: str
    figure: float
    unit: str
    floor: float
    ratio: float
    peak_rss_mb: float
    baseline: str
    wanted: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> str:
        """Give one line for programs."""
        return json.dumps({**asdict(self), "facts": self.facts})

    def as_text(self) -> str:
        """Give one line for people, and the facts below it."""
        wanted = f" (claimed: {self.wanted})" if self.wanted is not None else ""
        facts = "".join(f"\n    {name}: {value}" for name, value in self.facts.items())
        return (
            f"{self.name}: {self.figure:,.1f} {self.unit}; {self.baseline}: {self.floor:,.1f};"
            f" ratio {self.ratio:.2f}{wanted}; {self.peak_rss_mb:,.0f} MB{facts}"
        )


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


Claim = Callable[[], list[Row]]
_claims: dict[str, Claim] = {}


def claim(name: str) -> Callable[[Claim], Claim]:
    """Register the decorated function as the measurement called ``name``.

    A module of ``bench`` holds one; it is imported by being there. It runs in a fresh process in
    which Django is not set up yet.
    """

    def register(measure: Claim) -> Claim:
        _claims[name] = measure
        return measure

    return register


def claims() -> dict[str, Claim]:
    """Give all registered measurements, by name."""
    return dict(sorted(_claims.items()))
