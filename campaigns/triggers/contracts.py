"""The triggers there are. They say what is meant; ``checking`` says whether it can be.

Stock is counted in pieces that may be sold: the total over all locations, or what is at one, named
by the vendor's id. It may be below zero: sold, but not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import ClassVar, NamedTuple

from django.db import models

from foundation.findings import DocumentErrors

MAX_TRIGGERS = 5
MAX_STOCK = 1_000_000_000
"""Thresholds and margins lie between this and as much below zero."""
PERCENT_END = Decimal(10_000)
WINDOW_HOURS = (1, 720)
HOLD_HOURS = (1, 8_760)

# The caller's precision is not ours.
_EXACT = Context(prec=40)

Locations = Mapping[int, str]
"""Names of locations by the vendor's id."""


class TriggerErrors(DocumentErrors):
    """Triggers that cannot be meant, by place: ``0.threshold`` is one."""


class TriggerKind(models.TextChoices):
    """What a trigger looks at."""

    ALWAYS = "always", "From start to end"
    BY_HAND = "by_hand", "By hand"
    STOCK_BELOW = "stock_below", "Stock at or below"
    STOCK_ABOVE = "stock_above", "Stock above"
    STOCK_CHANGE = "stock_change", "Stock change"
    OUT_OF_STOCK = "out_of_stock", "Out of stock"
    BACK_IN_STOCK = "back_in_stock", "Back in stock"


class Direction(models.TextChoices):
    """Which way stock moves."""

    FALL = "fall", "Falls"
    RISE = "rise", "Rises"


class Window(NamedTuple):
    """So many hours up to now, of the stock at a location; None: of the total."""

    hours: int
    location: int | None = None


@dataclass(frozen=True, slots=True)
class Always:
    """Holds from the campaign's start to its end."""

    kind: ClassVar = TriggerKind.ALWAYS


@dataclass(frozen=True, slots=True)
class ByHand:
    """Holds for the variants that a person has switched on."""

    kind: ClassVar = TriggerKind.BY_HAND


@dataclass(frozen=True, slots=True)
class StockBelow:
    """On when stock is at or below ``threshold``, off when it is above ``off_at``.

    ``off_at`` is ``off`` where it is said, else ``margin`` pieces above the threshold.
    """

    kind: ClassVar = TriggerKind.STOCK_BELOW

    threshold: int
    margin: int = 0
    off: int | None = None
    location: int | None = None

    @property
    def off_at(self) -> int:
        """The highest stock with which it still holds."""
        return self.threshold + self.margin if self.off is None else self.off


@dataclass(frozen=True, slots=True)
class StockAbove:
    """On when stock is above ``threshold``, off when it is at or below ``off_at``.

    ``off_at`` is ``off`` where it is said, else ``margin`` pieces below the threshold.
    """

    kind: ClassVar = TriggerKind.STOCK_ABOVE

    threshold: int
    margin: int = 0
    off: int | None = None
    location: int | None = None

    @property
    def off_at(self) -> int:
        """The highest stock with which it does not hold any more."""
        return self.threshold - self.margin if self.off is None else self.off


@dataclass(frozen=True, slots=True)
class StockChange:
    """On when stock has fallen or risen by at least ``percent`` within ``hours``.

    Measured against the level at the start of the window, whatever happened inside it; of a level
    of zero or less there are no percent, and it does not hold. Off when the change is below
    ``off_at``: ``off`` where it is said, else ``margin`` percent points below ``percent``.
    """

    kind: ClassVar = TriggerKind.STOCK_CHANGE

    direction: Direction
    percent: Decimal
    hours: int
    margin: Decimal = Decimal(0)
    off: Decimal | None = None
    location: int | None = None

    @property
    def off_at(self) -> Decimal:
        """The least change with which it still holds, in percent."""
        return _EXACT.subtract(self.percent, self.margin) if self.off is None else self.off

    @property
    def window(self) -> Window:
        """What has to be known of the past."""
        return Window(self.hours, self.location)


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """On when stock is zero or less, off when it is above ``off_at``.

    ``off_at`` is ``off`` where it is said, else ``margin``.
    """

    kind: ClassVar = TriggerKind.OUT_OF_STOCK

    margin: int = 0
    off: int | None = None
    location: int | None = None

    @property
    def off_at(self) -> int:
        """The highest stock with which it still holds."""
        return self.margin if self.off is None else self.off


@dataclass(frozen=True, slots=True)
class BackInStock:
    """On when there was no stock at the last evaluation and is some now.

    Holds for ``hold`` hours, then off; off at once when stock is out again.
    """

    kind: ClassVar = TriggerKind.BACK_IN_STOCK

    hold: int
    location: int | None = None


Trigger = Always | ByHand | StockBelow | StockAbove | StockChange | OutOfStock | BackInStock
