"""The mirror's jobs; each is one call of a service."""

from typing import Final
from uuid import UUID

from django.utils import timezone

from foundation.inbox.api import erase_bodies_of
from foundation.work.api import Group, NewJob, Priority, Running, enqueue_many, task

from . import compliance, reading, reconciliations, services, telling
from .enums import StockCause
from .shopify.full_sync import run_full_sync
from .shopify.level_export import run_level_export
from .shopify.reconciliation import run_reconciliation
from .shopify.subscriptions import check_subscriptions
from .standing import reconcilable_connections, unchecked_connections

CHECK_ALL: Final = "catalog.check_subscriptions"
RECONCILE_ALL: Final = "catalog.reconcile_all"
WATCH: Final = "catalog.watch_reconciliations"
PRUNE: Final = "catalog.prune_reconciliations"


@task(services.FULL_SYNC, group=Group.REMOTE, atomic=False, priority=Priority.LOW)
def full_sync(job: Running, connection_id: str, *, dry_run: bool = False) -> None:
    """Read a whole shop."""
    run_full_sync(job, connection_id=UUID(connection_id), dry_run=dry_run)


@task(telling.READ_PRODUCT, group=Group.REMOTE, atomic=False)
def read_product(
    job: Running, connection_id: str, product_id: int, cause: str = StockCause.SYNC
) -> None:
    """Read one product."""
    reading.read_product(job, UUID(connection_id), product_id, StockCause(cause))


@task(telling.READ_ITEM, group=Group.REMOTE, atomic=False)
def read_item(job: Running, connection_id: str, item_id: int, cause: str = StockCause.SYNC) -> None:
    """Read the stock of one inventory item."""
    reading.read_item(job, UUID(connection_id), item_id, StockCause(cause))


@task(telling.READ_CHANGED, group=Group.REMOTE, atomic=False)
def read_changed(job: Running, connection_id: str) -> None:
    """Read what changed lately."""
    reading.read_changed(job, UUID(connection_id))


@task(telling.READ_LOCATIONS, group=Group.REMOTE, atomic=False)
def read_locations(job: Running, connection_id: str) -> None:
    """Read the locations."""
    reading.read_locations(job, UUID(connection_id))


@task(CHECK_ALL)
def check_all_subscriptions(_job: Running) -> None:
    """Have webhooks checked that no reconciliation checked lately, each by a job of its own."""
    for connection_id, shop_id in unchecked_connections(timezone.now()):
        enqueue_many(
            services.CHECK_CONNECTION,
            [NewJob({"connection_id": str(connection_id)}, str(connection_id))],
            shop_id=shop_id,
        )


@task(services.CHECK_CONNECTION, group=Group.REMOTE, atomic=False)
def check_connection_subscriptions(job: Running, connection_id: str) -> None:
    """Check the webhooks of one connection."""
    check_subscriptions(UUID(connection_id), job=job)


@task(services.RECONCILE, group=Group.REMOTE, atomic=False, priority=Priority.LOW)
def reconcile(job: Running, connection_id: str, *, dry_run: bool = False) -> None:
    """Compare a shop with its mirror and mend what differs."""
    run_reconciliation(job, connection_id=UUID(connection_id), dry_run=dry_run)


@task(services.EXPORT_LEVELS, group=Group.REMOTE, atomic=False, priority=Priority.LOW)
def export_levels(job: Running, connection_id: str) -> None:
    """Read all levels of a large shop by a bulk export."""
    run_level_export(job, connection_id=UUID(connection_id))


@task(RECONCILE_ALL)
def reconcile_all(_job: Running) -> None:
    """Have every active connection's mirror compared, each by a job of its own."""
    services.reconcile_each(reconcilable_connections())


@task(WATCH)
def watch_reconciliations(_job: Running) -> None:
    """Say so when a mirror has not been compared for an hour."""
    reconciliations.tell_late(timezone.now())


@task(PRUNE, atomic=False)
def prune_reconciliations(job: Running) -> None:
    """Forget old runs."""
    while reconciliations.prune_runs(timezone.now()):
        job.heartbeat()


@task(compliance.ERASE, atomic=False)
def erase_webhooks(job: Running, connection_id: str) -> None:
    """Erase what is stored of a connection's webhooks, a piece at a time."""
    after = int(job.checkpoint.get("after", 0))
    reason = "Erased at the shop's request."
    while (reached := erase_bodies_of(UUID(connection_id), after=after, reason=reason)) is not None:
        after = reached
        job.save_checkpoint({"after": after})
