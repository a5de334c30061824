"""What triggers are asked with: stock now, by location and at the start of windows, as one read.

The webhook brought neither variant nor old quantity; the mirror has both (contract §8.3).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog_sync.api import (
    Selection,
    Steps,
    stock_steps,
    stock_steps_by_location,
    variants_matching,
    with_levels,
)

from .models import CampaignVariant
from .triggers import Needs, Situation, Window, look_back


@dataclass(frozen=True, slots=True)
class Stock:
    """A variant's stock: the total (None: not tracked) and by location."""

    total: int | None
    levels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stock of some variants at a moment, and how it moved in the windows asked for.

    ``windows``: for each, and each variant of which something is known, the level at its start and
    when it first moved after that (None: not at all).
    """

    now: dt.datetime
    stock: Mapping[UUID, Stock]
    windows: Mapping[Window, Mapping[UUID, tuple[int | None, dt.datetime | None]]]

    def situation(self, row: CampaignVariant) -> Situation:
        """Return what the triggers of a campaign are asked with about one of its variants."""
        here = self.stock.get(row.variant_id, Stock(None, {}))
        past = {
            window: found[row.variant_id]
            for window, found in self.windows.items()
            if row.variant_id in found
        }
        return Situation(
            now=self.now,
            stock=here.total,
            levels=here.levels,
            last_stock=row.last_stock,
            last_levels={int(place): level for place, level in row.last_levels.items()},
            before={window: each[0] for window, each in past.items()},
            moved={window: each[1] for window, each in past.items()},
            by_hand=row.by_hand,
        )


def read(
    shop_id: UUID, variant_ids: Sequence[UUID], needs: Needs, *, now: dt.datetime
) -> Surroundings:
    """Read what is needed of these variants. One query, and two or four more for windows."""
    rows: Any = variants_matching(shop_id, Selection(all=True)).filter(pk__in=variant_ids)
    names = ["pk", "stock"]
    if needs.locations:
        rows = with_levels(rows)
        names.append("levels")
    stock = {
        row[0]: Stock(
            row[1],
            {int(place): level for place, level in (row[2] or {}).items()} if row[2:] else {},
        )
        for row in rows.values_list(*names)
    }
    return Surroundings(now, stock, _windows(shop_id, variant_ids, needs, now=now))


def _windows(
    shop_id: UUID, variant_ids: Sequence[UUID], needs: Needs, *, now: dt.datetime
) -> dict[Window, dict[UUID, tuple[int | None, dt.datetime | None]]]:
    if not needs.windows:
        return {}
    since = now - needs.reach
    total: Mapping[UUID, Steps] = {}
    placed: Mapping[UUID, Mapping[int, Steps]] = {}
    if any(window.location is None for window in needs.windows):
        total = stock_steps(shop_id, variant_ids, since)
    if any(window.location is not None for window in needs.windows):
        placed = stock_steps_by_location(shop_id, variant_ids, since)
    return {
        window: {
            variant: look_back(steps, window.hours, now)
            for variant in variant_ids
            if (steps := _steps(window, total.get(variant), placed.get(variant))) is not None
        }
        for window in needs.windows
    }


def _steps(window: Window, total: Steps | None, placed: Mapping[int, Steps] | None) -> Steps | None:
    if window.location is None:
        return total
    return None if placed is None else placed.get(window.location)
