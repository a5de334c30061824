"""Edits made outside on variants that campaigns cover: whose word counts from now on.

An edit of the merchant's own price becomes the own price, and the campaigns stay over it. An edit
of a price that a campaign shows is adopted (it becomes the own price and every campaign lets go of
the variant) or overruled (what was changed becomes the own price, the campaigns stay), by the
policy of the campaign whose price was edited. Either way the edit is kept and reported.

A campaign's write may replace an edit that came between its reading and its writing; that edit is
given back here, too (:func:`give_back`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from catalog_sync.api import lock_variants_named
from foundation.work.api import publish

from .enums import Cause, OutsideEditPolicy
from .recording import have_followed

EDITED: Final = "pricing.campaign_price_edited"
"""Event: {"connection_id", "edits": [{"variant_id", "policy", "price", "at", "layers": [id, …]}]}.

Somebody edited a price that a campaign showed; ``layers`` lay on the variant until then.
"""

_TAKE: Final = """
UPDATE pricing_coveredvariant c SET
  base_price = n.base, base_compare_at = n.base_compare, base_at = n.at,
  let_go = CASE WHEN n.lets_go THEN c.let_go || c.stack ELSE c.let_go END,
  stack = CASE WHEN n.lets_go THEN '{}' ELSE c.stack END
FROM (SELECT d.*, k.stack AS before
      FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::boolean[])
           AS d(variant_id, base, base_compare, at, lets_go)
      JOIN pricing_coveredvariant k ON k.variant_id = d.variant_id) n
WHERE c.variant_id = n.variant_id
RETURNING c.variant_id, n.before
"""

# Only where the edit is the ledger's last word: it was told after our write, and nothing came
# since. One that was told before met the campaign's policy then.
_GIVE_BACK: Final = """
INSERT INTO pricing_coveredvariant (
  variant_id, shop_id, connection_id, stack, let_go, base_price, base_compare_at, base_at)
SELECT DISTINCT ON (v.id) v.id, v.shop_id, v.connection_id, '{}', '{}', r.found_price,
       r.found_compare_at, r.written_updated_at
FROM pricing_processingresult r
JOIN pricing_pricingjob j ON j.id = r.job_id AND j.kind = 'campaign'
JOIN catalog_sync_variant v ON v.id = r.variant_id
JOIN LATERAL (
  SELECT e.price_after, e.compare_at_after FROM pricing_audittrailentry e
  WHERE e.variant_id = r.variant_id ORDER BY e.id DESC LIMIT 1) last
  ON (last.price_after, last.compare_at_after)
     IS NOT DISTINCT FROM (r.found_price, r.found_compare_at)
WHERE r.id = ANY(%s) AND r.outcome = 'overwritten'
ORDER BY v.id, r.id DESC
ON CONFLICT (variant_id) DO NOTHING
RETURNING variant_id, connection_id
"""


@dataclass(frozen=True, slots=True)
class CampaignEdit:
    """An edit that was entered in the ledger, and what it means where campaigns cover the variant.

    ``counts``: the variant is covered and its own price is not a later word. ``of_campaign``: it
    was a campaign's price that was edited, and ``policy`` is that campaign's. ``base`` is the own
    price from now on.
    """

    variant_id: UUID
    counts: bool
    of_campaign: bool
    policy: str | None
    base: Decimal
    base_compare_at: Decimal | None
    at: dt.datetime
    price: Decimal

    @property
    def lets_go(self) -> bool:
        """Whether the campaigns leave the variant alone from now on."""
        return self.of_campaign and self.policy != OutsideEditPolicy.OVERRULE


def take_edits(edits: Sequence[CampaignEdit], *, connection_id: UUID, shop_id: UUID) -> None:
    """Give covered variants the own prices that edits gave them; the last of several counts.

    In a transaction that holds the variants' locks.
    """
    latest = {each.variant_id: each for each in edits}
    if not latest:
        return
    rows = list(latest.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [
                [each.variant_id for each in rows],
                [each.base for each in rows],
                [each.base_compare_at for each in rows],
                [each.at for each in rows],
                [each.lets_go for each in rows],
            ],
        )
        stacks = dict(cursor.fetchall())
    told = [
        {
            "variant_id": each.variant_id,
            "policy": OutsideEditPolicy.ADOPT if each.lets_go else OutsideEditPolicy.OVERRULE,
            "price": str(each.price),
            "at": each.at.isoformat(),
            "layers": stacks.get(each.variant_id, []),
        }
        for each in rows
        if each.of_campaign
    ]
    if told:
        publish(EDITED, shop_id=shop_id, connection_id=connection_id, edits=told)
    have_followed(list(latest), connection_id, shop_id=shop_id, cause=Cause.CAMPAIGN)


@transaction.atomic
def give_back(result_ids: Sequence[int], *, shop_id: UUID) -> int:
    """Have edits that campaigns' writes replaced shown again; returns how many.

    While campaigns cover the variant their policy has spoken already (:func:`take_edits`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT variant_id FROM pricing_processingresult WHERE id = ANY(%s)",
            [list(result_ids)],
        )
        lock_variants_named([row[0] for row in cursor.fetchall()])
        cursor.execute(_GIVE_BACK, [list(result_ids)])
        given = cursor.fetchall()
    for connection_id in {row[1] for row in given}:
        variants = [row[0] for row in given if row[1] == connection_id]
        have_followed(variants, connection_id, shop_id=shop_id, cause=Cause.RESTORE)
    return len(given)
