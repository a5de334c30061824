"""What a campaign did over time: how many variants were on, which moved most, their prices."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from campaigns.models import Campaign
from catalog_sync.api import Selection, Steps, stock_steps, variants_matching
from pricing.api import PriceSteps, price_steps

LOOKED_AT: Final = 20_000
"""The latest moves of a campaign that pictures are made of."""

POINTS: Final = 240
"""Steps of the picture of how many are on."""

_LATEST: Final = """
WITH latest AS (
  SELECT variant_id, at, CASE kind WHEN 'put' THEN 1 ELSE -1 END AS moved
  FROM campaigns_campaignmove
  WHERE campaign_id = %(campaign)s AND kind IN ('put', 'taken', 'let_go')
  ORDER BY id DESC LIMIT %(most)s)
"""

_ON: Final = f"""
{_LATEST}, span AS (SELECT min(at) AS since, greatest(
  extract(epoch FROM %(until)s - min(at)) / %(points)s, 1) AS step FROM latest)
SELECT max(l.at), sum(l.moved) FROM latest l, span
GROUP BY floor(extract(epoch FROM l.at - span.since) / span.step) ORDER BY 1
"""  # noqa: S608 -- constants only

_MOST: Final = f"""
{_LATEST}
SELECT variant_id, count(*) FROM latest GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608 -- constants only


def on_over_time(campaign: Campaign, until: dt.datetime) -> Steps:
    """Return (moment before ``until``, variants on from then on), oldest first.

    Empty before the first move.

    Walked backwards from how many are on now, so that it ends there however much came before the
    latest ``LOOKED_AT`` moves. One query.
    """
    params: dict[str, Any] = {
        "campaign": campaign.pk,
        "most": LOOKED_AT,
        "until": until,
        "points": POINTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ON, params)
        rows = cursor.fetchall()
    steps: Steps = []
    level = campaign.variants_on
    for at, moved in reversed(rows):
        # Recounting corrects the level without a move, so that the walk may come out below none.
        steps.append((at, max(level, 0)))
        level -= int(moved)
    if steps:
        # What was there before the first step, a moment earlier.
        steps.append((steps[-1][0] - dt.timedelta(seconds=1), max(level, 0)))
    steps.reverse()
    return [step for step in steps if step[0] < until]


@dataclass(frozen=True, slots=True)
class Effect:
    """A variant that moved much: how often, and how its price and stock went.

    A price that was never written went straight: another campaign hid this one's, or its rules
    left the variant alone.
    """

    variant_id: UUID
    title: str
    sku: str
    moves: int
    prices: PriceSteps
    stock: Steps


def most_moved(campaign: Campaign, since: dt.datetime, *, limit: int) -> Sequence[Effect]:
    """Return the variants of a campaign that moved most, with their prices and stock. Five queries.

    Those that are gone from the shop are left out.
    """
    params: dict[str, Any] = {"campaign": campaign.pk, "most": LOOKED_AT, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_MOST, params)
        counts: dict[UUID, int] = dict(cursor.fetchall())
    if not counts:
        return []
    chosen = Selection(variant_ids=tuple(counts))
    names = {
        row[0]: row[1:]
        for row in variants_matching(campaign.shop_id, chosen).values_list(
            "pk", "product__title", "title", "sku", "price"
        )
    }
    prices = price_steps(campaign.shop_id, list(names), since)
    stock = stock_steps(campaign.shop_id, list(names), since)
    return [
        Effect(
            variant_id=pk,
            title=" ".join(part for part in names[pk][:2] if part not in ("", "Default Title")),
            sku=names[pk][2],
            moves=count,
            prices=prices.get(pk) or [(since, names[pk][3])],
            stock=stock.get(pk, []),
        )
        for pk, count in counts.items()
        if pk in names
    ]
