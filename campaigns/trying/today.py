"""Which variants would be on now, what they would show, and what that gives away."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from campaigns.contracts import CampaignSpec
from campaigns.triggers import Held, Needs, Situation, evaluate, needs
from catalog_sync.api import stock_at
from pricing.api import Supposed, SupposedLayer, shown_with

PIECE: Final = 500
"""Variants whose past is read at once."""

ALIKE: Final = 3
"""Rows of one kind that are shown before another kind is; the first of each kind always is."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant, whether it would be on now and why, and what it would show."""

    row: Supposed
    held: Held

    @property
    def on(self) -> bool:
        """Whether the campaign would lie on it."""
        return self.held.on

    @property
    def changes(self) -> bool:
        """Whether the shop would show another price."""
        return self.held.on and self.row.changes

    @property
    def kind(self) -> tuple[bool, bool, bool]:
        """What it is an example of."""
        return self.on, self.changes, self.row.locked


@dataclass(slots=True)
class TriedToday:
    """What a campaign would do now, added up; ``rows`` are telling ones.

    ``same``: on, and yet nothing changes: a campaign above hides it, or the rules leave it alone.
    ``given``: falls times the pieces at hand; ``added``: rises times them. ``more``: there are
    variants that were not looked at.
    """

    looked_at: int = 0
    more: bool = False
    on: int = 0
    changes: int = 0
    same: int = 0
    locked: int = 0
    below_cost: int = 0
    given: Decimal = Decimal(0)
    added: Decimal = Decimal(0)
    rows: list[Tried] = field(default_factory=list)


def try_today(  # noqa: PLR0913 -- all by keyword
    *,
    shop_id: UUID,
    rows: QuerySet[Any],
    spec: CampaignSpec,
    now: dt.datetime,
    most: int,
    shown: int,
    locations: Mapping[int, str] | None = None,
) -> TriedToday:
    """Ask a campaign's triggers and rules about ``rows``, variants of the mirror, as of now.

    The first ``most`` in the order of the catalogue; of them ``shown`` are kept. A constant number
    of queries for every ``PIECE`` variants.
    """
    found = TriedToday()
    wanted = needs(spec.triggers)
    seen: Counter[Any] = Counter()
    ranked: list[tuple[int, int, Tried]] = []
    layer = SupposedLayer(spec.rules, spec.priority, spec.builds_on, spec.min_margin)
    stream = shown_with(shop_id, rows, layer, now=now, most=most + 1, levels=bool(wanted.locations))
    for piece in pieces(stream, PIECE):
        windows = _windows(shop_id, piece, wanted, now)
        for row in piece:
            if found.looked_at == most:
                found.more = True
                break
            held = evaluate(
                spec.triggers, _situation(row, wanted, windows, now), locations=locations
            )
            tried = Tried(row, held)
            _count(found, tried)
            seen[tried.kind] += 1
            rank = 0 if seen[tried.kind] == 1 else 1 if seen[tried.kind] <= ALIKE else 2
            ranked.append((rank, found.looked_at, tried))
            ranked = sorted(ranked, key=lambda each: each[:2])[:shown]
    found.rows = [tried for _, _, tried in sorted(ranked, key=lambda each: each[1])]
    return found


def pieces(rows: Iterable[Supposed], size: int) -> Iterator[Sequence[Supposed]]:
    """Cut a stream into pieces."""
    stream = iter(rows)
    while piece := list(islice(stream, size)):
        yield piece


def _windows(
    shop_id: UUID, piece: Sequence[Supposed], wanted: Needs, now: dt.datetime
) -> dict[Any, Mapping[UUID, int | None]]:
    return {
        window: stock_at(
            shop_id,
            [each.variant_id for each in piece],
            now - dt.timedelta(hours=window.hours),
            location_id=window.location,
        )
        for window in wanted.windows
    }


def _situation(
    row: Supposed, wanted: Needs, windows: Mapping[Any, Any], now: dt.datetime
) -> Situation:
    return Situation(
        now=now,
        stock=row.stock,
        levels={place: row.levels.get(place) for place in wanted.locations},
        before={window: found.get(row.variant_id) for window, found in windows.items()},
    )


def _count(found: TriedToday, tried: Tried) -> None:
    found.looked_at += 1
    if not tried.on:
        return
    row = tried.row
    found.on += 1
    found.locked += row.locked
    found.changes += row.changes
    found.same += not row.changes and not row.locked
    if not row.changes:
        return
    found.below_cost += row.cost is not None and row.would.price < row.cost
    difference = (row.shown.price - row.would.price) * max(row.stock or 0, 0)
    if difference > 0:
        found.given += difference
    else:
        found.added -= difference
