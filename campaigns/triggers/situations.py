"""What triggers are asked with, what they answer, and what must be read to ask them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .contracts import BackInStock, StockChange, Trigger, Window

_NOTHING: Mapping[int, int | None] = MappingProxyType({})
_NO_LEVELS: Mapping[Window, int | None] = MappingProxyType({})
_NO_MOVES: Mapping[Window, dt.datetime | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a variant at a moment; None, and what is left out, is "not known".

    ``stock`` is the total over locations, ``levels`` what is at each. ``last_stock`` and
    ``last_levels`` are the same as they were at the last evaluation, needed where
    ``Needs.remembered`` says so. ``before`` has the level at the start of each needed window.
    ``moved`` says when the level first moved inside it, after its start; None: not at all. Of a
    window that ``moved`` does not name nobody knows. Times carry their zone.
    """

    now: dt.datetime
    stock: int | None = None
    levels: Mapping[int, int | None] = field(default_factory=lambda: _NOTHING)
    last_stock: int | None = None
    last_levels: Mapping[int, int | None] = field(default_factory=lambda: _NOTHING)
    before: Mapping[Window, int | None] = field(default_factory=lambda: _NO_LEVELS)
    moved: Mapping[Window, dt.datetime | None] = field(default_factory=lambda: _NO_MOVES)
    by_hand: bool = False

    def level(self, location: int | None) -> int | None:
        """Return the stock at a location; None: the total."""
        return self.stock if location is None else self.levels.get(location)

    def last_level(self, location: int | None) -> int | None:
        """Return what it was at the last evaluation."""
        return self.last_stock if location is None else self.last_levels.get(location)


@dataclass(frozen=True, slots=True)
class Held:
    """Which triggers hold, and since when.

    ``positions``: of the triggers that hold, from 0, in their order; the layer is to lie while
    there is one. ``since`` says for each of them when it began. ``look_again_at``: when time alone
    may change the answer; None: only an event can. ``why``: a sentence for people that names the
    figures, for on and for off.
    """

    positions: tuple[int, ...]
    since: tuple[dt.datetime, ...]
    look_again_at: dt.datetime | None
    why: str

    @property
    def on(self) -> bool:
        """Whether the layer is to lie on the variant."""
        return bool(self.positions)


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be known to evaluate triggers.

    ``windows``: those whose ``before`` (and, better, ``moved``) is asked for. ``locations``: whose
    level is. ``remembered``: where the level at the last evaluation is asked for (None: the total).
    ``reach``: how far back the longest window goes.
    """

    windows: frozenset[Window]
    locations: frozenset[int]
    remembered: frozenset[int | None]
    reach: dt.timedelta


def needs(triggers: Iterable[Trigger]) -> Needs:
    """Return what must be known to evaluate these triggers, whichever campaigns they are of."""
    triggers = tuple(triggers)
    windows = frozenset(each.window for each in triggers if isinstance(each, StockChange))
    locations = (getattr(each, "location", None) for each in triggers)
    return Needs(
        windows=windows,
        locations=frozenset(each for each in locations if each is not None),
        remembered=frozenset(each.location for each in triggers if isinstance(each, BackInStock)),
        reach=dt.timedelta(hours=max((window.hours for window in windows), default=0)),
    )
