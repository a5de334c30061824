"""What a campaign would have done on the last days, and with other cool-downs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from campaigns.contracts import CampaignSpec
from campaigns.pacing import Pace
from campaigns.simulating import Past, Prices, Restless, Sums, Trial, simulate
from campaigns.triggers import Needs, needs
from catalog_sync.api import stock_steps, stock_steps_by_location
from pricing.api import Supposed, SupposedLayer, shown_with

from .today import PIECE, pieces

COOL_DOWNS: Final = (60, 240, 1_440)
"""Minutes that are tried beside what is asked for, where they are longer."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same past with another cool-down (minutes)."""

    cool_down: int
    sums: Sums

    @property
    def added(self) -> Decimal:
        """What it would have brought in above the prices without it."""
        return -self.sums.given_away


@dataclass(frozen=True, slots=True)
class TriedPast:
    """What would have happened, and how it would have been with longer cool-downs.

    ``untracked`` of the variants that were looked at have no stock that anybody knows. ``names``
    of the most restless ones, by id. ``more``: there are variants that were not looked at.
    """

    start: dt.datetime
    end: dt.datetime
    sums: Sums
    alternatives: Sequence[Alternative]
    looked_at: int
    untracked: int
    more: bool
    names: dict[UUID, Supposed]

    @property
    def puts_a_day(self) -> Decimal:
        """How often a price would have been put on a day, with one decimal."""
        days = max(len(self.sums.puts_per_day), 1)
        return (Decimal(self.sums.puts) / days).quantize(Decimal("0.1"))

    @property
    def added(self) -> Decimal:
        """What it would have brought in above the prices without it; zero where it gave away."""
        return max(-self.sums.given_away, Decimal(0))

    @property
    def restless(self) -> list[tuple[Supposed, Restless]]:
        """The variants that would have moved most, those that moved more than once."""
        return [
            (self.names[each.variant_id], each)
            for each in self.sums.most_restless
            if each.puts > 1 and each.variant_id in self.names
        ]

    @property
    def rests(self) -> Sequence[Alternative]:
        """The longer cool-downs; none where not one of them would have changed anything."""
        asked = (self.sums.puts, self.sums.share_on, self.sums.given_away)
        others = [
            (each.sums.puts, each.sums.share_on, each.sums.given_away) for each in self.alternatives
        ]
        return self.alternatives if any(each != asked for each in others) else ()

    @property
    def calmer(self) -> Alternative | None:
        """The shortest cool-down with which prices would have been put half as often, or less.

        None where prices were put about once for each variant: then nothing flaps.
        """
        if self.sums.puts <= 2 * self.sums.touched:
            return None
        return next(
            (each for each in self.alternatives if 2 * each.sums.puts <= self.sums.puts), None
        )


def try_past(  # noqa: PLR0913 -- all by keyword
    *,
    shop_id: UUID,
    rows: QuerySet[Any],
    spec: CampaignSpec,
    zone: str,
    now: dt.datetime,
    days: int,
    most: int,
) -> TriedPast:
    """Walk a campaign over the last ``days`` of ``rows``, the first ``most`` variants of them.

    By today's own prices and rules. A constant number of queries for every ``PIECE`` variants;
    memory grows with the steps of one piece.
    """
    wanted = needs(spec.triggers)
    start = now - dt.timedelta(days=days)
    cool_downs = [spec.cool_down_minutes]
    cool_downs += [each for each in COOL_DOWNS if each > spec.cool_down_minutes]
    trials = [_trial(spec, start, now, zone, each) for each in cool_downs]
    sums = [Sums(each) for each in trials]
    layer = SupposedLayer(spec.rules, spec.priority, spec.builds_on, spec.min_margin)
    looked_at = untracked = 0
    more = False
    names: dict[UUID, Supposed] = {}
    for piece in pieces(shown_with(shop_id, rows, layer, now=now, most=most + 1), PIECE):
        more = looked_at + len(piece) > most
        chosen = {each.variant_id: each for each in piece[: most - looked_at]}
        looked_at += len(chosen)
        pasts = _pasts(shop_id, list(chosen), wanted, start - wanted.reach)
        untracked += sum(not past.steps for past in pasts)
        prices = _prices(chosen)
        for trial, added in zip(trials, sums, strict=True):
            for course in simulate(pasts, trial, prices):
                added.add(course)
        known = {each.variant_id for each in sums[0].most_restless}
        names = {key: each for key, each in {**names, **chosen}.items() if key in known}
    return TriedPast(
        start=start,
        end=now,
        sums=sums[0],
        alternatives=[
            Alternative(minutes, added)
            for minutes, added in zip(cool_downs[1:], sums[1:], strict=True)
        ],
        looked_at=looked_at,
        untracked=untracked,
        more=more,
        names=names,
    )


def _trial(
    spec: CampaignSpec, start: dt.datetime, end: dt.datetime, zone: str, cool_down: int
) -> Trial:
    pace = Pace(
        cool_down=dt.timedelta(minutes=cool_down), moves_per_day=spec.moves_per_day, zone=zone
    )
    return Trial(spec.triggers, start, end, pace)


def _pasts(
    shop_id: UUID, variant_ids: Sequence[UUID], wanted: Needs, since: dt.datetime
) -> list[Past]:
    steps = stock_steps(shop_id, variant_ids, since)
    places: dict[UUID, dict[int, Any]] = {}
    if wanted.locations:
        places = stock_steps_by_location(shop_id, variant_ids, since)
    return [Past(each, steps.get(each, ()), places.get(each, {})) for each in variant_ids]


def _prices(chosen: dict[UUID, Supposed]) -> Prices:
    def without_layer(variant_id: UUID, _stock: int) -> Decimal | None:
        return chosen[variant_id].shown.price

    def with_layer(variant_id: UUID, stock: int) -> Decimal | None:
        return chosen[variant_id].would_at(stock).price

    return Prices(without_layer, with_layer)
