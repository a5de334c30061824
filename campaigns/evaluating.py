"""Evaluate campaigns: which of their triggers hold for some variants now, and what follows.

Found by the variant, so that the campaigns nobody touches cost nothing. In one transaction: the
campaigns' rows are locked first (a campaign that is being paused, ended or rolled back is either
before or behind this), then their variants, then whatever the price engine locks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog_sync.api import location_names

from .enums import CampaignState, MoveCause
from .models import Campaign, CampaignVariant
from .moving import Move, carry_out
from .pacing import Later, Pace, counted, may_move
from .surroundings import Surroundings, read
from .triggers import Trigger, evaluate, needs, read_triggers

_LOCK = """
SELECT c.id FROM campaigns_campaign c
WHERE c.state = %s AND c.id IN (
  SELECT v.campaign_id FROM campaigns_campaignvariant v WHERE v.variant_id = ANY(%s))
ORDER BY c.id FOR NO KEY UPDATE OF c
"""

_CHANGED = (
    "on",
    "holding",
    "since",
    "moved_at",
    "moves_on",
    "moves_today",
    "look_again_at",
    "last_stock",
    "last_levels",
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation did: how many campaigns' variants were asked, put and taken."""

    asked: int
    put: int
    taken: int


@transaction.atomic
def evaluate_variants(
    *,
    shop_id: UUID,
    connection_id: UUID,
    causes: Mapping[UUID, MoveCause],
    now: dt.datetime | None = None,
    among: Sequence[UUID] | None = None,
) -> Evaluated:
    """Ask the active campaigns of these variants, and carry out what comes of it.

    ``causes``: why each variant is looked at. ``among``: the campaigns to ask, which the caller
    found active under their locks (:func:`lock_active`); None: all of these variants. Safe to
    repeat: what holds already moves nothing.
    """
    now = now or timezone.now()
    chosen = lock_active(list(causes)) if among is None else among
    if not chosen:
        return Evaluated(0, 0, 0)
    campaigns = Campaign.objects.select_related("layer", "shop").in_bulk(chosen)
    rows = list(
        CampaignVariant.objects.filter(variant_id__in=list(causes), campaign_id__in=list(campaigns))
        .select_for_update()
        .order_by("pk")
    )
    triggers = {pk: read_triggers(each.triggers) for pk, each in campaigns.items()}
    asked = needs(chain.from_iterable(triggers.values()))
    around = read(shop_id, sorted({row.variant_id for row in rows}), asked, now=now)
    one = next(iter(campaigns.values()))
    names = location_names(shop_id) if asked.locations else {}
    moves = []
    changed = []
    for row in rows:
        campaign = campaigns[row.campaign_id]
        before = _state(row)
        move = _ask(row, campaign, triggers[campaign.pk], around, one.shop.timezone, names)
        if move is not None:
            moves.append(
                Move(campaign, row.variant_id, row.on, causes[row.variant_id], move, row.last_stock)
            )
        if _state(row) != before:
            changed.append(row)
    _save(changed)
    _carry_out(shop_id, connection_id, moves, rows, campaigns, causes)
    put = sum(move.on for move in moves)
    return Evaluated(len(rows), put, len(moves) - put)


def lock_active(variant_ids: Sequence[UUID]) -> list[UUID]:
    """Lock the active campaigns of these variants and return their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [CampaignState.ACTIVE, list(variant_ids)])
        return [row[0] for row in cursor.fetchall()]


def _ask(  # noqa: PLR0913, PLR0917 -- what a question is made of
    row: CampaignVariant,
    campaign: Campaign,
    triggers: Sequence[Trigger],
    around: Surroundings,
    zone: str,
    names: Mapping[int, str],
) -> str | None:
    """Bring the row up to date; returns why its layer moves, None when it does not."""
    situation = around.situation(row)
    held = evaluate(triggers, situation, holding=row.holding, since=row.since, locations=names)
    row.holding, row.since = list(held.positions), list(held.since)
    row.last_stock = situation.stock
    row.last_levels = {str(place): level for place, level in situation.levels.items()}
    row.look_again_at = held.look_again_at
    wanted = held.on and row.let_go_at is None
    if wanted == row.on:
        return None
    pace = Pace(
        cool_down=dt.timedelta(minutes=campaign.cool_down_minutes),
        moves_per_day=campaign.moves_per_day,
        zone=zone,
    )
    verdict = may_move(pace, around.now, row.moved_at, row.moves_on, row.moves_today)
    if isinstance(verdict, Later):
        row.look_again_at = min(verdict.at, held.look_again_at or verdict.at)
        return None
    row.moves_on, row.moves_today = counted(pace, around.now, row.moves_on, row.moves_today)
    row.on, row.moved_at = wanted, around.now
    return held.why


def _state(row: CampaignVariant) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _CHANGED)


def _save(rows: Sequence[CampaignVariant]) -> None:
    if rows:
        CampaignVariant.objects.bulk_update(rows, _CHANGED, batch_size=500)


def _carry_out(  # noqa: PLR0913, PLR0917 -- what came of the questions
    shop_id: UUID,
    connection_id: UUID,
    moves: Sequence[Move],
    rows: Sequence[CampaignVariant],
    campaigns: Mapping[UUID, Campaign],
    causes: Mapping[UUID, MoveCause],
) -> None:
    """Move the layers, by cause: the ledger says why each price changed."""
    for cause in sorted({*causes.values()}):
        chosen = [move for move in moves if causes[move.variant_id] == cause]
        also = sorted(
            {
                row.variant_id
                for row in rows
                if row.on
                and causes[row.variant_id] == cause
                and (cause is MoveCause.CATALOGUE or campaigns[row.campaign_id].layer.asks_stock)
            }
            - {move.variant_id for move in chosen}
        )
        if chosen or also:
            carry_out(shop_id, connection_id, chosen, cause=cause, also=also)
