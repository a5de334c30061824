"""Moments in words: in the shop's zone, with its name, and how long until then."""

import datetime as dt
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from foundation.zones import local_in, moment_in

MINUTE, HOUR, DAY = 60, 3_600, 86_400
A_DAY = dt.timedelta(days=1)


def known_zone(name: str) -> str:
    """Return the name of a shop's zone; UTC where it is none that anybody knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return name


def until_words(seconds: float) -> str:
    """Say how long it takes until something, with two units where that matters."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return "in less than a minute"
    if whole < HOUR:
        return f"in {_count(whole // MINUTE, 'minute')}"
    if whole < DAY:
        minutes = whole % HOUR // MINUTE
        said = _count(whole // HOUR, "hour")
        return f"in {said} {minutes} min" if minutes else f"in {said}"
    hours = whole % DAY // HOUR
    said = _count(whole // DAY, "day")
    return f"in {said} {hours} h" if hours and whole < 3 * DAY else f"in {said}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as the shop's people say it; ``note`` explains one of the two odd nights."""

    at: dt.datetime
    words: str
    countdown: str
    note: str = ""

    @classmethod
    def of(cls, at: dt.datetime, zone: str, now: dt.datetime) -> Self:
        """Put a moment into words."""
        local = at.astimezone(ZoneInfo(zone))
        words = f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M %Z}"
        return cls(at, f"{words} ({zone})", until_words((at - now).total_seconds()))

    @classmethod
    def read(cls, local: dt.datetime, zone: str, now: dt.datetime) -> Self:
        """Put into words what a wall clock of the shop means, and say when it is odd."""
        said = cls.of(moment_in(zone, local), zone, now)
        return cls(said.at, said.words, said.countdown, _night_words(local, zone, said.at))


def _night_words(local: dt.datetime, zone: str, at: dt.datetime) -> str:
    if local_in(zone, at) != local:
        return (
            f"Clocks go forward in that night: {local:%H:%M} is skipped, "
            f"{local_in(zone, at):%H:%M} is meant."
        )
    other = local.replace(tzinfo=ZoneInfo(zone), fold=1)
    if other.astimezone(dt.UTC) != at:
        return (
            f"Clocks go back in that night: {local:%H:%M} is there twice, the first one is meant."
        )
    return ""


def span_in(
    zone: str, since: dt.date | None, until: dt.date | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the moments at which these days of the shop begin and end; the last day counts."""

    def midnight(day: dt.date | None) -> dt.datetime | None:
        return None if day is None else moment_in(zone, dt.datetime.combine(day, dt.time()))

    return midnight(since), midnight(until + A_DAY if until is not None else None)


def end_of_today(zone: str, now: dt.datetime) -> dt.datetime:
    """Return the moment at which the shop's day ends."""
    tomorrow = local_in(zone, now).date() + A_DAY
    return moment_in(zone, dt.datetime.combine(tomorrow, dt.time()))
