"""How often a campaign may move a variant's price, so that it does not flap.

A cool-down after each move, and so many moves on one of the shop's days; both hold for putting the
layer and for taking it away. Pure: the time is handed in. Not done here: whether there is a reason
to move (``triggers``).
"""

import datetime as dt
from dataclasses import dataclass

from foundation.zones import local_in, moment_in

_NONE = dt.timedelta(0)
_UNITS = (("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a price rests after a move, and how many moves a day has; None: any number.

    ``zone`` (IANA name) is the shop's: its midnight begins a day. Raises ``ValueError`` for a rest
    below zero and for days without any move.
    """

    cool_down: dt.timedelta = _NONE
    moves_per_day: int | None = None
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse what would mean "never"."""
        if self.cool_down < _NONE:
            raise ValueError("A cool-down is zero or more.")
        if self.moves_per_day is not None and self.moves_per_day < 1:
            raise ValueError("A day has at least one move; to stop a campaign, pause it.")


@dataclass(frozen=True, slots=True)
class Allowed:
    """The price may move now."""


@dataclass(frozen=True, slots=True)
class Later:
    """The price may move at ``at``, not before; ``why`` says it to people, in the shop's time."""

    at: dt.datetime
    why: str


def may_move(
    pace: Pace,
    now: dt.datetime,
    moved_at: dt.datetime | None,
    moves_on: dt.date | None,
    moves_today: int,
) -> Allowed | Later:
    """Tell whether a price may move now.

    ``moved_at``: its last move, None when there was none. ``moves_on`` and ``moves_today``: what
    :func:`counted` gave then.
    """
    waits = [_rest(pace, moved_at, now), _day(pace, moves_on, moves_today, now)]
    return max(
        (wait for wait in waits if wait is not None), key=lambda wait: wait.at, default=Allowed()
    )


def counted(
    pace: Pace, now: dt.datetime, moves_on: dt.date | None, moves_today: int
) -> tuple[dt.date, int]:
    """Return the shop's day and how many moves it has, with one that is made now."""
    today = local_in(pace.zone, now).date()
    return today, moves_today + 1 if moves_on == today else 1


def _rest(pace: Pace, moved_at: dt.datetime | None, now: dt.datetime) -> Later | None:
    if moved_at is None or now >= moved_at + pace.cool_down:
        return None
    until = moved_at + pace.cool_down
    shown = local_in(pace.zone, until)
    return Later(
        until,
        f"The price rests for {_span(pace.cool_down)} after a move: until {shown:%Y-%m-%d %H:%M}.",
    )


def _day(pace: Pace, moves_on: dt.date | None, moves_today: int, now: dt.datetime) -> Later | None:
    if pace.moves_per_day is None or moves_on is None or moves_today < pace.moves_per_day:
        return None
    today = local_in(pace.zone, now).date()
    if moves_on != today:
        return None
    midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time())
    return Later(
        moment_in(pace.zone, midnight),
        f"The price has moved {_times(moves_today)} today and may move "
        f"{_times(pace.moves_per_day)} in a day.",
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _span(span: dt.timedelta) -> str:
    seconds = -(-span // dt.timedelta(seconds=1))
    name, unit = next((name, unit) for name, unit in _UNITS if seconds % unit == 0)
    count = seconds // unit
    return f"{count:,} {name}{'' if count == 1 else 's'}"
