"""Compare a shop with its mirror, and look at both."""

from typing import Any

from catalog_sync.api import start_reconciliation
from catalog_sync.models import ReconciliationRun, StockLevel, Variant
from catalog_sync.shopify.client import shopify_client
from foundation.shops.models import Connection
from foundation.work.enums import Group, JobState
from foundation.work.models import Job

from .conftest import work


def reconcile(connection: Connection, **options: Any) -> ReconciliationRun:
    job_id = start_reconciliation(connection.pk, None, reason="test", **options)
    work(Group.REMOTE, Group.FAST, patience=6.0)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error) == (JobState.DONE, "")
    return ReconciliationRun.objects.get(job_id=job_id)


def there(connection: Connection) -> dict[tuple[int, int], int | None]:
    """What is available at each location according to the shop itself, where it is counted."""
    client = shopify_client(connection.pk)
    page = client.stock()
    items = list(page.rows)
    while page.next:
        page = client.stock(page.next)
        items += page.rows
    return {
        (level.item_id, level.location_id): level.available or 0
        for item in items
        if item.tracked
        for level in item.levels
    }


def here() -> dict[tuple[int, int], int | None]:
    """The same according to the mirror."""
    tracked = Variant.objects.filter(deleted_at=None, tracked=True).values("inventory_item_id")
    rows = StockLevel.objects.filter(disconnected_at=None, inventory_item_id__in=tracked)
    return {
        (item, place): available
        for item, place, available in rows.values_list(
            "inventory_item_id", "location_vendor_id", "available"
        )
    }
