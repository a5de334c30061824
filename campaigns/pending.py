"""Which variants wait to be evaluated: many events for one within a moment are one row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from foundation.work.api import enqueue

from .enums import CampaignState, MoveCause
from .models import PendingVariant

EVALUATE: Final = "campaigns.evaluate"
AT_ONCE: Final = 500
"""Variants of one evaluation."""

# Only what an active campaign is about; the first cause stands. In the order of the key, so that
# two events about the same variants do not wait for each other in a circle.
_NOTE: Final = """
INSERT INTO campaigns_pendingvariant (variant_id, shop_id, connection_id, cause)
SELECT n.variant_id, %(shop)s::uuid, %(connection)s::uuid, n.cause
FROM unnest(%(variants)s::uuid[], %(causes)s::text[]) AS n(variant_id, cause)
WHERE EXISTS (
  SELECT 1 FROM campaigns_campaignvariant v JOIN campaigns_campaign c ON c.id = v.campaign_id
  WHERE v.variant_id = n.variant_id AND c.state = %(active)s)
ORDER BY n.variant_id
ON CONFLICT (variant_id) DO NOTHING
RETURNING 1
"""

_NOTE_ALL: Final = """
INSERT INTO campaigns_pendingvariant (variant_id, shop_id, connection_id, cause)
SELECT DISTINCT v.variant_id, c.shop_id, c.connection_id, %(cause)s
FROM campaigns_campaignvariant v JOIN campaigns_campaign c ON c.id = v.campaign_id
WHERE c.connection_id = %(connection)s AND c.state = %(active)s
  AND (%(campaign)s::uuid IS NULL OR c.id = %(campaign)s)
ORDER BY v.variant_id
ON CONFLICT (variant_id) DO NOTHING
"""

_TAKE: Final = """
DELETE FROM campaigns_pendingvariant p USING (
  SELECT variant_id FROM campaigns_pendingvariant WHERE variant_id = ANY(%s)
  ORDER BY variant_id FOR UPDATE SKIP LOCKED) due
WHERE p.variant_id = due.variant_id
RETURNING p.variant_id, p.cause
"""


def note(*, shop_id: UUID, connection_id: UUID, causes: Mapping[UUID, MoveCause]) -> int:
    """Have variants evaluated in a moment, if any active campaign is about them.

    ``causes``: why each is to be looked at. In the caller's transaction. Returns how many were
    not waiting already. Once the evaluation is asked for nothing more may be put on the list in
    the same transaction: an evaluation that ends would wait for it, and it for the evaluation.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "shop": shop_id,
                "connection": connection_id,
                "variants": list(causes),
                "causes": list(causes.values()),
                "active": CampaignState.ACTIVE,
            },
        )
        noted = len(cursor.fetchall())
    if noted:
        moment = dt.timedelta(milliseconds=settings.CAMPAIGNS_MOMENT_MS)
        have_evaluated(shop_id, connection_id, at=timezone.now() + moment)
    return noted


def note_all(
    *, shop_id: UUID, connection_id: UUID, cause: MoveCause, campaign_id: UUID | None = None
) -> int:
    """Have every variant of an account's active campaigns evaluated, or of one of them.

    One statement. As of :func:`note`; returns how many were not waiting already.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_ALL,
            {
                "connection": connection_id,
                "campaign": campaign_id,
                "cause": cause,
                "active": CampaignState.ACTIVE,
            },
        )
        noted = int(cursor.rowcount)
    if noted:
        have_evaluated(shop_id, connection_id, at=timezone.now())
    return noted


def have_evaluated(shop_id: UUID, connection_id: UUID, *, at: dt.datetime | None = None) -> None:
    """Have what waits evaluated, by one job for each connection."""
    enqueue(
        EVALUATE,
        {"connection_id": str(connection_id)},
        shop_id=shop_id,
        unique_key=str(connection_id),
        run_after=at,
        rerun_if_running=True,
    )


def waiting(connection_id: UUID) -> list[UUID]:
    """Return up to :data:`AT_ONCE` variants that wait, the longest first."""
    rows = PendingVariant.objects.filter(connection_id=connection_id).order_by("since")
    return list(rows.values_list("variant_id", flat=True)[:AT_ONCE])


def take(variant_ids: Sequence[UUID]) -> dict[UUID, MoveCause]:
    """Take variants off the list, with why they are on it."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(variant_ids)])
        return {variant: MoveCause(cause) for variant, cause in cursor.fetchall()}


def any_left(connection_id: UUID) -> bool:
    """Whether more wait."""
    return PendingVariant.objects.filter(connection_id=connection_id).exists()
