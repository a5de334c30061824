"""What a tower says of itself on the index: one card, offered through its ``api.py``.

A provider is a function ``overview(*, shop_id, now) -> Card``: reads only, a constant number of
queries, never a call abroad. Not done here: drawing (templates/frame/parts/card.html) and the list
of providers (config/overview.py).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Tone(StrEnum):
    """What a colour means, everywhere on screen."""

    NEUTRAL = "neutral"
    GOOD = "good"
    BUSY = "busy"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card: ``value`` is ready for people, ``url`` leads to the rows behind it."""

    label: str
    value: str
    url: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Running:
    """Work that runs at this moment. ``done`` and ``total`` are counted from rows."""

    label: str
    url: str
    done: int
    total: int
    started_at: dt.datetime | None = None
    moved_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A tower at a glance.

    ``waiting`` are things that a person must decide, shown first on the index; ``empty_hint``
    teaches the first step and is shown while there are no lines. ``icon`` is the name of a
    Material symbol.
    """

    title: str
    url: str
    icon: str
    lines: tuple[Line, ...] = ()
    waiting: tuple[Line, ...] = ()
    running: tuple[Running, ...] = ()
    empty_hint: str = ""


class Provider(Protocol):
    """What an app offers as ``api.overview``."""

    def __call__(self, *, shop_id: UUID, now: dt.datetime) -> Card:
        """Return the tower's card for a shop."""
        ...
