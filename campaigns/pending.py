"""Which variants wait to be evaluated: many events for one within a moment are one row."""

import datetime as dt
from collections.abc import Sequence
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
SELECT DISTINCT v.variant_id, %(shop)s::uuid, %(connection)s::uuid, %(cause)s
FROM campaigns_campaignvariant v JOIN campaigns_campaign c ON c.id = v.campaign_id
WHERE v.variant_id = ANY(%(variants)s) AND c.state = %(active)s
ORDER BY v.variant_id
ON CONFLICT (variant_id) DO NOTHING
RETURNING 1
"""

_TAKE: Final = """
DELETE FROM campaigns_pendingvariant p USING (
  SELECT variant_id FROM campaigns_pendingvariant WHERE connection_id = %s
  ORDER BY since LIMIT %s FOR UPDATE SKIP LOCKED) due
WHERE p.variant_id = due.variant_id
RETURNING p.variant_id, p.cause
"""


def note(
    *, shop_id: UUID, connection_id: UUID, variant_ids: Sequence[UUID], cause: MoveCause
) -> int:
    """Have variants evaluated in a moment, if any active campaign is about them.

    In the caller's transaction. Returns how many were not waiting already.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "shop": shop_id,
                "connection": connection_id,
                "cause": cause,
                "variants": list(variant_ids),
                "active": CampaignState.ACTIVE,
            },
        )
        noted = len(cursor.fetchall())
    if noted:
        moment = dt.timedelta(milliseconds=settings.CAMPAIGNS_MOMENT_MS)
        have_evaluated(shop_id, connection_id, at=timezone.now() + moment)
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


def take(connection_id: UUID) -> dict[UUID, MoveCause]:
    """Take up to :data:`AT_ONCE` variants off the list, the longest waiting first, with why."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [connection_id, AT_ONCE])
        return {variant: MoveCause(cause) for variant, cause in cursor.fetchall()}


def any_left(connection_id: UUID) -> bool:
    """Whether more wait."""
    return PendingVariant.objects.filter(connection_id=connection_id).exists()
