"""How much there was: stock at a moment, and how it moved since one.

Both walk backwards from what is there now, undoing every change the vendor dated later, so that
they agree with today's stock however much of the history was pruned. What happened at one instant
is one step: a transfer between two locations shows no dip.

Nobody knows what was there before a level was first seen: before the item was known at all, or
before the full sync that found one more of its locations. Answers begin there. A location that
appears later, by webhook or reconciliation, was empty until then.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import connection

Steps = list[tuple[dt.datetime, int]]
"""(moment, pieces from then on), oldest first."""

_ASKED: Final = """
WITH asked AS (
  SELECT v.id, v.connection_id, v.inventory_item_id, v.stock FROM catalog_sync_variant v
  WHERE v.shop_id = %(shop)s AND v.id = ANY(%(ids)s)
)
"""

# `h` is seen here for the first time.
_FIRST_SIGHT: Final = """
(h.before IS NULL AND NOT EXISTS (
  SELECT 1 FROM catalog_sync_stockhistory e
  WHERE e.connection_id = h.connection_id AND e.inventory_item_id = h.inventory_item_id
    AND (h.cause <> 'sync' OR e.location_vendor_id = h.location_vendor_id)
    AND e.seen_at < h.seen_at))
"""

_AT: Final = f"""
{_ASKED}
SELECT a.id, CASE WHEN a.stock IS NULL OR l.levels = 0 OR m.begun THEN NULL
                  ELSE l.pieces - m.moved END
FROM asked a
CROSS JOIN LATERAL (
  SELECT count(*) AS levels,
         COALESCE(sum(s.available) FILTER (WHERE s.disconnected_at IS NULL), 0) AS pieces
  FROM catalog_sync_stocklevel s
  WHERE s.connection_id = a.connection_id AND s.inventory_item_id = a.inventory_item_id
    AND (%(location)s::bigint IS NULL OR s.location_vendor_id = %(location)s)) l
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(COALESCE(h.after, 0) - COALESCE(h.before, 0)), 0) AS moved,
         COALESCE(bool_or({_FIRST_SIGHT}), false) AS begun
  FROM catalog_sync_stockhistory h
  WHERE h.connection_id = a.connection_id AND h.inventory_item_id = a.inventory_item_id
    AND h.vendor_updated_at > %(moment)s
    AND (%(location)s::bigint IS NULL OR h.location_vendor_id = %(location)s)) m
"""  # noqa: S608 -- constants only

_NOW: Final = f"""
{_ASKED}
SELECT a.id, s.location_vendor_id,
       CASE WHEN s.disconnected_at IS NULL THEN COALESCE(s.available, 0) ELSE 0 END
FROM asked a JOIN catalog_sync_stocklevel s
  ON s.connection_id = a.connection_id AND s.inventory_item_id = a.inventory_item_id
WHERE a.stock IS NOT NULL
"""  # noqa: S608 -- constants only

_CHANGES: Final = f"""
{_ASKED}
SELECT a.id, h.location_vendor_id, h.vendor_updated_at,
       COALESCE(h.after, 0) - COALESCE(h.before, 0), {_FIRST_SIGHT}
FROM asked a JOIN catalog_sync_stockhistory h
  ON h.connection_id = a.connection_id AND h.inventory_item_id = a.inventory_item_id
WHERE a.stock IS NOT NULL AND h.vendor_updated_at > %(since)s
ORDER BY a.id, h.vendor_updated_at DESC, h.id DESC
"""  # noqa: S608 -- constants only


def stock_at(
    shop_id: UUID,
    variant_ids: Iterable[UUID],
    moment: dt.datetime,
    *,
    location_id: int | None = None,
) -> dict[UUID, int | None]:
    """Return how much there was of each variant at ``moment``. One query.

    Over all locations, or at one (the vendor's id). None: not tracked now, never kept there, or
    nobody knew it yet. Variants of another shop are left out.
    """
    params: dict[str, Any] = {
        "shop": shop_id,
        "ids": list(variant_ids),
        "moment": moment,
        "location": location_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AT, params)
        return dict(cursor.fetchall())


def stock_steps(
    shop_id: UUID, variant_ids: Iterable[UUID], since: dt.datetime
) -> dict[UUID, Steps]:
    """Return how the stock of each variant, over all locations, moved after ``since``. Two queries.

    The first step is at ``since``, or where the knowledge begins. A variant that is not tracked
    now, or of which no level is known, is left out, as are those of another shop. Memory grows
    with the steps: ask in pieces.
    """
    return {
        variant_id: _walk(sum(item.here.values()), item.changes, since)
        for variant_id, item in _items(shop_id, variant_ids, since)
    }


def stock_steps_by_location(
    shop_id: UUID, variant_ids: Iterable[UUID], since: dt.datetime
) -> dict[UUID, dict[int, Steps]]:
    """Return the same by location, under the vendor's id of each. Two queries."""
    return {
        variant_id: {
            place: _walk(pieces, [each for each in item.changes if each.location == place], since)
            for place, pieces in item.here.items()
        }
        for variant_id, item in _items(shop_id, variant_ids, since)
    }


@dataclass(frozen=True, slots=True)
class _Change:
    location: int
    moment: dt.datetime
    moved: int
    first_sight: bool


@dataclass(slots=True)
class _Item:
    """What is here now by location, and what happened, newest first."""

    here: dict[int, int] = field(default_factory=dict)
    changes: list[_Change] = field(default_factory=list)


def _items(
    shop_id: UUID, variant_ids: Iterable[UUID], since: dt.datetime
) -> Iterator[tuple[UUID, _Item]]:
    params: dict[str, Any] = {"shop": shop_id, "ids": list(variant_ids), "since": since}
    items: dict[UUID, _Item] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOW, params)
        for variant_id, location, pieces in cursor.fetchall():
            items.setdefault(variant_id, _Item()).here[location] = pieces
        cursor.execute(_CHANGES, params)
        for variant_id, rows in groupby(cursor.fetchall(), key=itemgetter(0)):
            if variant_id in items:
                items[variant_id].changes = [_Change(*row[1:]) for row in rows]
    return iter(items.items())


def _walk(pieces: int, changes: Sequence[_Change], since: dt.datetime) -> Steps:
    steps: Steps = []
    for change in changes:
        if not steps or steps[-1][0] != change.moment:
            steps.append((change.moment, pieces))
        if change.first_sight:
            break
        pieces -= change.moved
    else:
        steps.append((since, pieces))
    steps.reverse()
    return steps
