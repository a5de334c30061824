"""What is tried on which past, and what comes out for one variant."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import NamedTuple
from uuid import UUID

from campaigns.pacing import Pace
from campaigns.triggers import Locations, Step, Trigger

PriceOf = Callable[[UUID, int], Decimal | None]
"""The price of a variant while there is so much of it; None: it has none."""

# Amounts have 20 digits and pieces ten: products and their sums stay exact.
EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: triggers and a pace, from ``start`` to just before ``end``.

    Raises ``ValueError`` for a period that has no length.
    """

    triggers: Sequence[Trigger]
    start: dt.datetime
    end: dt.datetime
    pace: Pace = field(default_factory=Pace)
    locations: Locations = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a period that is none."""
        if self.start >= self.end:
            raise ValueError("A trial ends after its start.")


@dataclass(frozen=True, slots=True)
class Past:
    """How the stock of a variant moved, oldest step first.

    ``steps`` are of the total, ``by_location`` of each location in ``needs(triggers).locations``.
    They begin ``needs(triggers).reach`` before the trial does, or where the knowledge begins.
    """

    variant_id: UUID
    steps: Sequence[Step] = ()
    by_location: Mapping[int, Sequence[Step]] = field(default_factory=dict)

    def of(self, location: int | None) -> Sequence[Step]:
        """Return the steps at a location; None: of the total."""
        return self.steps if location is None else self.by_location.get(location, ())


class Edge(NamedTuple):
    """The layer is put (``on``) or taken away, with the sentence that says why."""

    at: dt.datetime
    on: bool
    why: str
    stock: int | None


class Interval(NamedTuple):
    """The layer lay from ``since`` to ``until``: the trial's end, where it still lies."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Course:
    """What the campaign would have done to one variant.

    ``held_back``: how often the pace made a move wait, or miss its time. ``sold``: pieces that left
    the stock while the layer lay; corrections and transfers out are among them, so it is an
    estimate. ``given_away``: those pieces times how much lower the layer's price was; below zero
    where it was higher.
    """

    variant_id: UUID
    edges: tuple[Edge, ...]
    intervals: tuple[Interval, ...]
    held_back: int
    sold: int
    given_away: Decimal

    @property
    def puts(self) -> int:
        """How often the layer was put."""
        return len(self.intervals)

    @property
    def takes(self) -> int:
        """How often it was taken away."""
        return len(self.edges) - len(self.intervals)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a variant costs while so much of it is in stock; None where nobody can say."""

    without_layer: PriceOf
    with_layer: PriceOf
