"""Verbs a person, a schedule or another app starts."""

from typing import Final
from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from foundation.shops.api import connection_access
from foundation.work.api import enqueue

from .state import sync_asked

FULL_SYNC: Final = "catalog.full_sync"
"""Task: {"connection_id", "dry_run"}; unique while unfinished for each connection."""

CHECK_CONNECTION: Final = "catalog.check_connection_subscriptions"
"""Task: {"connection_id"}; unique while unfinished for each connection."""


@transaction.atomic
def start_full_sync(
    connection_id: UUID, actor_id: UUID | None, *, reason: str = "", dry_run: bool = False
) -> int:
    """Have the whole catalogue of a connection read again; returns the job's id.

    One that is queued or running already is joined, not doubled. The caller has checked that the
    actor may do this; None is the system itself.
    """
    access = connection_access(connection_id)
    job_id = enqueue(
        FULL_SYNC,
        {"connection_id": str(connection_id), "dry_run": dry_run},
        shop_id=access.shop_id,
        unique_key=f"{connection_id}{':dry' if dry_run else ''}",
    )
    if not dry_run:
        start_subscription_check(connection_id)
        sync_asked(shop_id=access.shop_id, connection_id=connection_id, job_id=job_id)
    record(
        "catalog.full_sync.asked",
        shop_id=access.shop_id,
        actor_id=actor_id,
        object_type="connection",
        object_id=connection_id,
        reason=reason,
        details={"job": job_id, "dry_run": dry_run},
    )
    return job_id


def start_subscription_check(connection_id: UUID) -> int:
    """Have the webhooks of a connection checked and mended; returns the job's id.

    Called after connecting; the schedule does it for all of them.
    """
    return enqueue(
        CHECK_CONNECTION,
        {"connection_id": str(connection_id)},
        shop_id=connection_access(connection_id).shop_id,
        unique_key=str(connection_id),
    )
