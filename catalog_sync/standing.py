"""Reads of how the mirror stands: its connections, the running sync, how late webhooks are."""

import contextlib
import datetime as dt
import statistics
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from foundation.shops.api import ConnectionKind, ConnectionState

from .enums import StockCause
from .models import MirrorState, StockHistory
from .progress import SyncProgress, progress_of
from .reconciled import Reconciled, last_reconciliations

LAG_SAMPLE: Final = 20
"""Latest webhook changes whose delay is looked at."""

UNCHECKED_AFTER: Final = dt.timedelta(minutes=25)


def _connections() -> Any:
    # By name, as foreign keys are: the door of shops lists no connections.
    return apps.get_model("shops", "Connection").objects.filter(kind=ConnectionKind.SHOPIFY)


def unchecked_connections(now: dt.datetime) -> list[tuple[UUID, UUID]]:
    """Return (connection, shop) of active connections whose webhooks nobody checked lately.

    Reconciliation checks them; this is for shops that were never read, and for when it is stuck.
    """
    lately = MirrorState.objects.filter(subscriptions_checked_at__gt=now - UNCHECKED_AFTER)
    rows = _connections().filter(state=ConnectionState.ACTIVE).exclude(pk__in=lately.values("pk"))
    return list(rows.order_by("pk").values_list("id", "shop_id"))


def reconcilable_connections() -> list[tuple[UUID, UUID]]:
    """Return (connection, shop) of active connections that have been read completely once."""
    rows = MirrorState.objects.filter(
        connection__state=ConnectionState.ACTIVE, synced_at__isnull=False
    )
    return list(rows.order_by("pk").values_list("pk", "shop_id"))


def connections_named(
    *, shop: str | None = None, connection_id: UUID | None = None
) -> list[tuple[UUID, str]]:
    """Return (connection, account) of the active connections ops mean.

    ``shop`` is a shop's id or an account's domain; None for both means all.
    """
    rows = _connections().filter(state=ConnectionState.ACTIVE)
    if connection_id is not None:
        rows = rows.filter(pk=connection_id)
    if shop is not None:
        named = Q(account__iexact=shop)
        with contextlib.suppress(ValueError):
            named |= Q(shop_id=UUID(shop))
        rows = rows.filter(named)
    return list(rows.order_by("account").values_list("id", "account"))


@dataclass(frozen=True, slots=True)
class MirrorStanding:
    """One connection's mirror as the catalogue's page shows it.

    ``missing_topics`` are webhooks that could not be subscribed; ``checked_at`` None: never
    looked. ``lag`` is the middle delay of the latest webhooks between the change abroad and ours.
    ``reconciled`` is the last comparison with the shop that ended well.
    """

    connection_id: UUID
    account: str
    parked_reason: str
    synced_at: dt.datetime | None
    counts: dict[str, int]
    progress: SyncProgress | None
    missing_topics: dict[str, str]
    topics: int
    checked_at: dt.datetime | None
    lag: dt.timedelta | None
    reconciled: Reconciled | None

    @property
    def syncing(self) -> bool:
        """Whether a full sync is queued or running."""
        return self.progress is not None and not self.progress.ended

    @property
    def failed(self) -> str:
        """Why the latest full sync ended without success; empty when it did not."""
        progress = self.progress
        return progress.error if progress and progress.state == "dead" else ""


def mirrors_of(shop_id: UUID) -> list[MirrorStanding]:
    """Return how each connection of a shop is mirrored. Five queries."""
    connections = list(
        _connections()
        .filter(shop_id=shop_id)
        .order_by("account")
        .values_list("id", "account", "parked_reason")
    )
    states = {state.pk: state for state in MirrorState.objects.filter(shop_id=shop_id)}
    jobs = progress_of([state.sync_job_id for state in states.values() if state.sync_job_id])
    lags = _lags(shop_id)
    reconciled = last_reconciliations(shop_id)
    return [
        _standing(row, states.get(row[0]), jobs, lags.get(row[0]), reconciled.get(row[0]))
        for row in connections
    ]


def _standing(
    row: tuple[UUID, str, str],
    state: MirrorState | None,
    jobs: dict[int, SyncProgress],
    lag: dt.timedelta | None,
    reconciled: Reconciled | None,
) -> MirrorStanding:
    topics = state.subscriptions if state else {}
    return MirrorStanding(
        connection_id=row[0],
        account=row[1],
        parked_reason=row[2],
        synced_at=state.synced_at if state else None,
        counts=state.sync_counts if state else {},
        progress=jobs.get(state.sync_job_id) if state and state.sync_job_id else None,
        missing_topics={topic: text for topic, text in topics.items() if text != "ok"},
        topics=len(topics),
        checked_at=state.subscriptions_checked_at if state else None,
        lag=lag,
        reconciled=reconciled,
    )


def _lags(shop_id: UUID) -> dict[UUID, dt.timedelta]:
    rows = (
        StockHistory.objects.for_shop(shop_id)
        .filter(cause=StockCause.WEBHOOK)
        .order_by("-pk")
        .values_list("connection_id", "seen_at", "vendor_updated_at")[:LAG_SAMPLE]
    )
    delays: dict[UUID, list[dt.timedelta]] = {}
    for connection_id, seen_at, updated_at in rows:
        delays.setdefault(connection_id, []).append(max(dt.timedelta(), seen_at - updated_at))
    return {each: statistics.median_high(found) for each, found in delays.items()}
