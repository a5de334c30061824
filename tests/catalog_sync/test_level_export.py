"""All levels of a large shop by one export a day: none missed, newer stays, deaths cost little."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from catalog_sync.api import last_reconciliations
from catalog_sync.models import Location, MirrorState, ReconciliationRun, StockLevel, Variant
from catalog_sync.services import EXPORT_LEVELS
from catalog_sync.shopify import level_export
from catalog_sync.shopify.mending import settle_levels
from catalog_sync.shopify.round import Round
from config.demo.merchant import Merchant
from foundation.shops.models import Connection
from foundation.work.drain import drain_for
from foundation.work.enums import Group, JobState
from foundation.work.models import Job

from .comparing import here, reconcile, there

pytestmark = pytest.mark.django_db(transaction=True)

RESULTS = "bulk-results.shopify.test"


@pytest.fixture
def large(synced: Merchant, settings: LazySettings) -> Iterator[Merchant]:
    """A shop that counts as large, whose levels were read two days ago, and a quick vendor."""
    settings.CATALOG_EXPORT_LEVELS_FROM = 100
    settings.CATALOG_LEVELS_PER_RECONCILIATION = 0
    settings.OUTBOUND_ADDRESS_MAP = {**settings.OUTBOUND_ADDRESS_MAP, RESULTS: synced._url}
    MirrorState.objects.update(levels_read_at=timezone.now() - dt.timedelta(days=2))
    synced._post("settings", {"bulk_clock": 1000.0})
    yield synced
    synced._post("settings", {"bulk_clock": 1.0})


def transfer(merchant: Merchant, count: int) -> None:
    """Move a piece of so many variants to another place."""
    rows = Variant.objects.filter(tracked=True, stock__gt=8, deleted_at=None)
    for variant in rows.order_by("-vendor_id")[:count]:
        full = StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id).latest(
            "available"
        )
        other = Location.objects.exclude(vendor_id=full.location_vendor_id).earliest("vendor_id")
        places = {"from": full.location_vendor_id, "to": other.vendor_id}
        merchant.act("transfer", variant_id=variant.vendor_id, quantity=1, **places)


def export_job() -> Job:
    return Job.objects.get(name=EXPORT_LEVELS)


def until_ended() -> Job:
    """Let the job come back at once each time it waits."""
    deadline = timezone.now() + dt.timedelta(seconds=30)
    while (job := export_job()).state == JobState.QUEUED and timezone.now() < deadline:
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
        drain_for(Group.REMOTE, 60.0)
    return job


def test_transfers_anywhere_are_found(connection: Connection, large: Merchant) -> None:
    transfer(large, 5)
    compared = reconcile(connection)
    assert here() != there(connection)
    job = until_ended()

    assert (job.state, job.error) == (JobState.DONE, "")
    assert here() == there(connection)
    run = ReconciliationRun.objects.get(kind="levels")
    items = Variant.objects.filter(deleted_at=None).count()
    assert (run.counts["items_exported"], run.counts["levels_mended"]) == (items, 10)
    assert run.finished_at is not None
    # 6 to look for one that runs, 10 to start, 1 for each look.
    assert 17 <= run.points <= 30
    assert run.lag is not None
    # It is no comparison: of prices and of what is new or gone it knows nothing.
    assert last_reconciliations(connection.shop_id)[connection.pk].started_at == compared.started_at
    state = MirrorState.objects.get()
    assert state.levels_read_at is not None
    assert state.levels_read_at > timezone.now() - dt.timedelta(minutes=1)


def test_once_a_day_is_enough(connection: Connection, large: Merchant) -> None:
    reconcile(connection)
    until_ended()
    for _ in range(2):
        reconcile(connection)

    assert Job.objects.filter(name=EXPORT_LEVELS).count() == 1
    assert large.shop == connection.account


def test_a_small_shop_is_looked_at_in_rotation(
    connection: Connection, large: Merchant, settings: LazySettings
) -> None:
    settings.CATALOG_EXPORT_LEVELS_FROM = 20_000
    reconcile(connection)
    reconcile(connection, dry_run=True)

    assert Job.objects.filter(name=EXPORT_LEVELS).count() == 0
    assert large.shop == connection.account


def test_what_is_newer_here_stays(connection: Connection, large: Merchant) -> None:
    """A webhook that came while Shopify was writing its file."""
    level = StockLevel.objects.filter(available__gt=0).earliest("pk")
    newer = timezone.now() + dt.timedelta(hours=1)
    StockLevel.objects.filter(pk=level.pk).update(available=777, vendor_updated_at=newer)
    reconcile(connection)
    until_ended()

    level.refresh_from_db()
    assert (level.available, level.vendor_updated_at) == (777, newer)
    assert large.shop == connection.account


def test_it_goes_on_where_it_was_killed(
    connection: Connection, large: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In front of the second piece: the first one is not merged again."""
    transfer(large, 5)
    monkeypatch.setattr(level_export, "PIECE", 100)
    merged: list[int] = []
    original = settle_levels

    def settle(source: object, now: Round, found: dict[int, object]) -> None:
        if len(merged) == 1:
            merged.append(-1)
            raise OperationalError
        merged.append(len(found))
        original(source, now, found)  # type: ignore[arg-type]

    monkeypatch.setattr(level_export, "settle_levels", settle)
    reconcile(connection)
    job = until_ended()

    items = Variant.objects.filter(deleted_at=None).count()
    assert (job.state, merged[:3], sum(merged)) == (JobState.DONE, [100, -1, 100], items - 1)
    assert here() == there(connection)
    assert ReconciliationRun.objects.get(kind="levels").counts["items_exported"] == items


def test_an_export_that_fails_is_followed_by_another(
    connection: Connection, large: Merchant
) -> None:
    transfer(large, 2)
    large.misbehave({"kind": "bulk_fail", "count": 1})
    reconcile(connection)
    job = until_ended()

    assert (job.state, large.faults_struck()) == (JobState.DONE, {"bulk_fail": 1})
    assert here() == there(connection)
    assert ReconciliationRun.objects.filter(kind="levels").count() == 1
