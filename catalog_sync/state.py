"""Write down how a connection's mirror stands."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch

from .merging import Source
from .models import MirrorState


def sync_asked(*, shop_id: UUID, connection_id: UUID, job_id: int) -> None:
    """Remember which job is the connection's latest full sync."""
    MirrorState.objects.update_or_create(
        connection_id=connection_id, defaults={"shop_id": shop_id, "sync_job_id": job_id}
    )
    touch("catalog", shop_id=shop_id)


def sync_finished(
    *,
    source: Source,
    job_id: int,
    began_at: dt.datetime,
    counts: Mapping[str, int],
    dry_run: bool,
) -> None:
    """Remember a complete pass and what it found; a dry run leaves only its audit event."""
    if not dry_run:
        MirrorState.objects.update_or_create(
            connection_id=source.connection_id,
            defaults={
                "shop_id": source.shop_id,
                "synced_from": began_at,
                "levels_read_at": began_at,
                "synced_at": timezone.now(),
                "watched_from": timezone.now(),
                "sync_counts": dict(counts),
            },
        )
    record(
        "catalog.full_sync.finished",
        shop_id=source.shop_id,
        object_type="connection",
        object_id=source.connection_id,
        details={"job": job_id, "counts": dict(counts), "dry_run": dry_run},
    )
    touch("catalog", shop_id=source.shop_id)


def levels_read(*, connection_id: UUID, began_at: dt.datetime) -> None:
    """Remember a complete pass over all levels that began then."""
    MirrorState.objects.filter(pk=connection_id).update(levels_read_at=began_at)


def subscriptions_checked(*, shop_id: UUID, connection_id: UUID, states: Mapping[str, str]) -> None:
    """Remember what the last check of the webhook subscriptions found, by topic."""
    MirrorState.objects.update_or_create(
        connection_id=connection_id,
        defaults={
            "shop_id": shop_id,
            "subscriptions": dict(states),
            "subscriptions_checked_at": timezone.now(),
        },
    )
    touch("catalog", shop_id=shop_id)
