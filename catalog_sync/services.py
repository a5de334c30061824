"""Verbs a person, a schedule or another app starts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.shops.api import connection_access
from foundation.work.api import NewJob, enqueue, enqueue_many

from .merging import Source
from .models import MirrorState
from .reconciliations import asked, heard_again
from .state import sync_asked

FULL_SYNC: Final = "catalog.full_sync"
"""Task: {"connection_id", "dry_run"}; unique while unfinished for each connection."""

CHECK_CONNECTION: Final = "catalog.check_connection_subscriptions"
"""Task: {"connection_id"}; unique while unfinished for each connection."""


RECONCILE: Final = "catalog.reconcile"
"""Task: {"connection_id", "dry_run"}; unique while unfinished for each connection."""


EXPORT_LEVELS: Final = "catalog.export_levels"
"""Task: {"connection_id"}; unique while unfinished for each connection."""

EXPORT_EVERY: Final = dt.timedelta(days=1)


class NeverRead(Exception):
    """A mirror that has never been read completely cannot be compared; ``str()`` is for people."""


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


@transaction.atomic
def start_reconciliation(
    connection_id: UUID, actor_id: UUID | None, *, reason: str = "", dry_run: bool = False
) -> int:
    """Have a shop compared with its mirror now; returns the job's id.

    One that is queued or running already is joined, not doubled. The caller has checked that the
    actor may do this; None is the system itself. Raises :class:`NeverRead` before the first
    complete full sync, which brings all there is.
    """
    access = connection_access(connection_id)
    if not MirrorState.objects.filter(pk=connection_id, synced_at__isnull=False).exists():
        message = (
            f"{access.account} has never been read completely, so there is nothing to compare. "
            "Read its catalogue first (sync_shopify --full, or the button on the catalogue's page)."
        )
        raise NeverRead(message)
    source = Source(access.shop_id, connection_id)
    [job_id] = reconcile_each([(connection_id, access.shop_id)], dry_run=dry_run)
    asked(source, job_id=job_id, actor_id=actor_id, reason=reason, dry=dry_run)
    return job_id


def reconcile_each(connections: Sequence[tuple[UUID, UUID]], *, dry_run: bool = False) -> list[int]:
    """Have mirrors compared, given as (connection, shop); one statement for each shop."""
    jobs: dict[UUID, list[NewJob]] = defaultdict(list)
    for connection_id, shop_id in connections:
        payload = {"connection_id": str(connection_id), "dry_run": dry_run}
        key = f"{connection_id}{':dry' if dry_run else ''}"
        jobs[shop_id].append(NewJob(payload, key))
    return [
        job_id
        for shop_id, mine in jobs.items()
        for job_id in enqueue_many(RECONCILE, mine, shop_id=shop_id)
    ]


@transaction.atomic
def look_again(shop_id: UUID, connection_id: UUID) -> None:
    """Compare a mirror that could not be kept for a while; one never read is left alone."""
    if heard_again(connection_id=connection_id, now=timezone.now()):
        reconcile_each([(connection_id, shop_id)])


def export_levels_if_due(source: Source, *, items: int) -> bool:
    """Have all levels of a large shop read by a bulk export, once a day; returns whether it was.

    ``items`` is about how many there are. Smaller shops are through by rotation within a day.
    """
    if items < settings.CATALOG_EXPORT_LEVELS_FROM:
        return False
    lately = timezone.now() - EXPORT_EVERY
    state = MirrorState.objects.filter(pk=source.connection_id)
    if state.filter(levels_read_at__gt=lately).exists():
        return False
    enqueue(
        EXPORT_LEVELS,
        {"connection_id": str(source.connection_id)},
        shop_id=source.shop_id,
        unique_key=str(source.connection_id),
    )
    return True
