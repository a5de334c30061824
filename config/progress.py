"""How far work is, in words and numbers (house law 11)."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

STALLED_AFTER = dt.timedelta(seconds=60)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """Say a length of time with one unit, two where it matters: 40 s, 3 min, 2 h 5 min, 4 days."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        minutes = whole % HOUR // MINUTE
        return f"{whole // HOUR} h" + (f" {minutes} min" if minutes else "")
    days = whole // DAY
    return "1 day" if days == 1 else f"{days} days"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progress bar shows. ``percent`` is 0..100; texts are empty when nothing is known."""

    done: int
    total: int
    percent: int
    rate: str
    left: str
    stalled: str

    @classmethod
    def of(
        cls,
        done: int | None,
        total: int | None,
        started_at: dt.datetime | None,
        moved_at: dt.datetime | None,
        now: dt.datetime,
    ) -> Self:
        """Work the texts out of counts and times; ``moved_at`` is when ``done`` last grew."""
        have, want = done or 0, total or 0
        percent = min(100, have * 100 // want) if want else 0
        rate = left = stalled = ""
        unfinished = have < want
        if unfinished and moved_at is not None and now - moved_at > STALLED_AFTER:
            stalled = duration((now - moved_at).total_seconds())
        if started_at is not None and have:
            ended = moved_at or now
            seconds = max((ended - started_at).total_seconds(), 0.001)
            speed = have / seconds
            rate = f"{speed:,.1f}/s" if speed >= 1 else f"{speed * MINUTE:,.1f}/min"
            if unfinished and not stalled:
                left = duration((want - have) / speed)
        return cls(have, want, percent, rate, left, stalled)
