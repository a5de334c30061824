"""The runs of the reconciliation: begun, kept up to date, ended, late, forgotten."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now

from foundation.alerts.api import close_alert, open_alert
from foundation.audit.api import record
from foundation.live.api import touch
from foundation.shops.api import ConnectionState

from .enums import RunKind
from .merging import Source
from .models import MirrorState, ReconciliationRun
from .progress import SyncProgress, progress_of

OVERLAP: Final = dt.timedelta(minutes=30)
"""How much of what was read before is read again: the search index lags (contract §6)."""

LATE_AFTER: Final = dt.timedelta(hours=1)
KEEP_DAYS: Final = 30
_PIECE: Final = 5_000


def begin_run(source: Source, *, job_id: int, kind: RunKind) -> tuple[int, dt.datetime]:
    """Write the row of a run that begins now; return its id and since when changes are looked at.

    That is a while before the last run that ended well began, or the last full sync.
    """
    before = _ended(source.connection_id).order_by("-pk").values_list("started_at", flat=True)
    state = MirrorState.objects.filter(pk=source.connection_id).values_list("synced_from")
    run = ReconciliationRun.objects.create(
        shop_id=source.shop_id,
        connection_id=source.connection_id,
        job_id=job_id,
        kind=kind,
    )
    run.refresh_from_db(fields=["started_at"])
    since: dt.datetime | None = before.first() or (state[0][0] if state else None)
    return run.pk, (since or run.started_at) - OVERLAP


def keep_run(run_id: int, told: Mapping[str, Any]) -> None:
    """Write down what a run has found so far."""
    ReconciliationRun.objects.filter(pk=run_id).update(**told)


def finish_run(source: Source, run_id: int, told: Mapping[str, Any], *, kind: RunKind) -> None:
    """Write down that a run has come to its end; a comparison closes the alert of a late one."""
    ReconciliationRun.objects.filter(pk=run_id).update(**told, finished_at=Now())
    if kind == RunKind.COMPARISON:
        close_alert(key=_key(source.connection_id), reason="A reconciliation has ended well.")
    touch("catalog", shop_id=source.shop_id)


def _ended(connection_id: UUID) -> QuerySet[ReconciliationRun]:
    return ReconciliationRun.objects.filter(
        connection_id=connection_id, kind=RunKind.COMPARISON, finished_at__isnull=False
    )


def tell_late(now: dt.datetime) -> list[UUID]:
    """Open an alert for each active connection that has not been reconciled for an hour.

    Returns those connections. Two queries, and the alerts. A connection counts from its first
    full sync, and anew when it was parked and may call again.
    """
    latest = ReconciliationRun.objects.filter(
        connection_id=OuterRef("pk"), kind=RunKind.COMPARISON
    ).order_by("-pk")
    ended = latest.filter(finished_at__isnull=False)
    rows = list(
        MirrorState.objects.filter(
            connection__state=ConnectionState.ACTIVE, synced_at__isnull=False
        )
        .annotate(
            ended_at=Subquery(ended.values("finished_at")[:1]),
            job_id=Subquery(latest.values("job_id")[:1]),
        )
        .annotate(
            fresh_at=Greatest(
                Coalesce("ended_at", F("synced_at")),
                Coalesce("watched_from", F("synced_at")),
                F("synced_at"),
            )
        )
        .filter(fresh_at__lt=now - LATE_AFTER)
        .order_by("pk")
        .values_list("pk", "shop_id", "connection__account", "ended_at", "job_id")
    )
    jobs = progress_of([row[4] for row in rows if row[4]]) if rows else {}
    for connection_id, shop_id, account, ended_at, job_id in rows:
        open_alert(
            shop_id=shop_id,
            key=_key(connection_id),
            severity="warning",
            title=f"The catalogue of {account} is not reconciled",
            body=_why(ended_at, jobs.get(job_id), now),
            url="/catalog/reconciliations/",
        )
    return [row[0] for row in rows]


def _why(ended_at: dt.datetime | None, job: SyncProgress | None, now: dt.datetime) -> str:
    last = (
        f"The last comparison with the shop ended {(now - ended_at).total_seconds() / 60:.0f} "
        "minutes ago; it should happen every quarter of an hour."
        if ended_at
        else "It has never been compared with the shop since it was read."
    )
    if job is None:
        now_what = "No job is at it: check that the scheduler and a worker run."
    elif job.state == "dead":
        now_what = f"Its job #{job.job_id} was given up: {job.error}"
    else:
        waits = f" ({job.waiting_for})" if job.waiting_for else ""
        now_what = f"Its job #{job.job_id} is {job.state}{waits}."
    return f"{last} Changes whose webhook was lost stay unseen until then. {now_what}"


def _key(connection_id: UUID) -> str:
    return f"reconciliation:{connection_id}"


def heard_again(*, connection_id: UUID, now: dt.datetime) -> bool:
    """Count from now whether reconciliation is late; False for a mirror that was never read."""
    return bool(
        MirrorState.objects.filter(pk=connection_id, synced_at__isnull=False).update(
            watched_from=now
        )
    )


def asked(source: Source, *, job_id: int, actor_id: UUID | None, reason: str, dry: bool) -> None:
    """Record that a person, or a command, asked for a comparison now."""
    record(
        "catalog.reconciliation.asked",
        shop_id=source.shop_id,
        actor_id=actor_id,
        object_type="connection",
        object_id=source.connection_id,
        reason=reason,
        details={"job": job_id, "dry_run": dry},
    )


def prune_runs(now: dt.datetime) -> bool:
    """Forget runs older than a month, a piece at a time. Returns whether there may be more."""
    old = ReconciliationRun.objects.filter(started_at__lt=now - dt.timedelta(days=KEEP_DAYS))
    gone, _ = ReconciliationRun.objects.filter(
        pk__in=old.order_by("pk").values_list("pk", flat=True)[:_PIECE]
    ).delete()
    return gone == _PIECE
