"""What triggers are asked with: stock now, by location and at the start of windows, as one read.

The webhook brought neither variant nor old quantity; the mirror has both (contract §8.3).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog_sync.api import Selection, stock_at, variants_matching, with_levels

from .models import CampaignVariant
from .triggers import Needs, Situation, Window


@dataclass(frozen=True, slots=True)
class Stock:
    """A variant's stock: the total (None: not tracked) and by location."""

    total: int | None
    levels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stock of some variants at a moment, and at the starts of the windows asked for."""

    now: dt.datetime
    stock: Mapping[UUID, Stock]
    before: Mapping[Window, Mapping[UUID, int | None]]

    def situation(self, row: CampaignVariant) -> Situation:
        """Return what the triggers of a campaign are asked with about one of its variants."""
        here = self.stock.get(row.variant_id, Stock(None, {}))
        return Situation(
            now=self.now,
            stock=here.total,
            levels=here.levels,
            last_stock=row.last_stock,
            last_levels={int(place): level for place, level in row.last_levels.items()},
            before={window: found.get(row.variant_id) for window, found in self.before.items()},
            by_hand=row.by_hand,
        )


def read(
    shop_id: UUID, variant_ids: Sequence[UUID], needs: Needs, *, now: dt.datetime
) -> Surroundings:
    """Read what is needed of these variants. One query, and one for each window."""
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
    before = {
        window: stock_at(
            shop_id,
            variant_ids,
            now - dt.timedelta(hours=window.hours),
            location_id=window.location,
        )
        for window in needs.windows
    }
    return Surroundings(now, stock, before)
