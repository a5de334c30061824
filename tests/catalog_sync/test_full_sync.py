"""A full sync against the sandbox over real HTTP: complete, resumable, and never backwards."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from catalog_sync.api import start_full_sync
from catalog_sync.models import (
    Location,
    MirrorState,
    Product,
    StockHistory,
    StockLevel,
    Variant,
)
from catalog_sync.shopify.full_sync import FullSync
from catalog_sync.shopify.sweep import Phase
from config.demo.merchant import Merchant
from foundation.shops.models import Connection, Shop
from foundation.work.enums import Group, JobState
from foundation.work.models import Job
from tests.factories import shopify_connection

from .conftest import work

pytestmark = pytest.mark.django_db(transaction=True)


def sync(connection: Connection, **options: Any) -> Job:
    job_id = start_full_sync(connection.pk, None, **options)
    work(Group.REMOTE)
    return Job.objects.get(pk=job_id)


def mirrored() -> dict[int, tuple[Decimal, Decimal | None, int | None]]:
    """The mirror as the sandbox tells its shop, which counts zero where nothing is counted."""
    rows = Variant.objects.filter(deleted_at=None)
    assert not rows.filter(tracked=False, stock__isnull=False).exists()
    return {
        vendor_id: (price, compare_at, stock if tracked else 0)
        for vendor_id, price, compare_at, stock, tracked in rows.values_list(
            "vendor_id", "price", "compare_at", "stock", "tracked"
        )
    }


def there(merchant: Merchant) -> dict[int, tuple[Decimal, Decimal | None, int | None]]:
    prices = merchant.prices()
    return {row["id"]: (*prices[row["id"]], row["available"]) for row in merchant.variants()}


def test_everything_is_mirrored(connection: Connection, merchant: Merchant) -> None:
    job = sync(connection)

    assert (job.state, job.error, job.waiting_for) == (JobState.DONE, "", "")
    assert mirrored() == there(merchant)
    summary = merchant.summary()
    assert Product.objects.count() == summary["products"]
    assert sorted(Location.objects.values_list("vendor_id", flat=True)) == sorted(
        summary["locations"]
    )
    assert (job.progress_done, job.progress_total) == (
        summary["products"] + 2 * summary["variants"],
        summary["products"] + 2 * summary["variants"],
    )
    state = MirrorState.objects.get(connection=connection)
    assert state.sync_counts["variants.new"] == summary["variants"]
    assert state.synced_at is not None
    # History begins with what was there on the first day.
    assert StockHistory.objects.count() == StockLevel.objects.count()


def test_a_second_sync_changes_nothing(connection: Connection, merchant: Merchant) -> None:
    sync(connection)
    before = StockHistory.objects.count()
    variants = list(Variant.objects.order_by("pk").values())
    job = sync(connection)

    state = MirrorState.objects.get(connection=connection)
    assert (job.state, StockHistory.objects.count()) == (JobState.DONE, before)
    summary = merchant.summary()
    assert state.sync_counts == {
        "products.same": summary["products"],
        "variants.same": summary["variants"],
        "levels.same": StockLevel.objects.count(),
    }
    after = list(Variant.objects.order_by("pk").values())
    assert [{**row, "seen_at": None} for row in after] == [
        {**row, "seen_at": None} for row in variants
    ]


@pytest.mark.usefixtures("merchant")
def test_a_dry_run_judges_and_writes_nothing(connection: Connection) -> None:
    job = sync(connection, dry_run=True)

    assert job.state == JobState.DONE
    assert (Product.objects.count(), Variant.objects.count(), StockLevel.objects.count()) == (
        0,
        0,
        0,
    )


def test_it_goes_on_where_it_was_killed(
    connection: Connection, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die before the second page of each list; what was read once is not read again."""
    died: list[str] = []
    original = FullSync._step

    def step(self: FullSync, sweep: Any) -> None:
        if sweep.cursor is not None and sweep.phase not in died:
            died.append(sweep.phase)
            raise OperationalError
        original(self, sweep)

    monkeypatch.setattr(FullSync, "_step", step)
    job = sync(connection)
    while job.state == JobState.QUEUED:
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
        work(Group.REMOTE)
        job.refresh_from_db()

    assert died == [Phase.VARIANTS, Phase.STOCK]
    assert (job.state, mirrored()) == (JobState.DONE, there(merchant))
    counts = MirrorState.objects.get(connection=connection).sync_counts
    assert counts["variants.new"] == merchant.summary()["variants"]


def test_a_stale_cursor_restarts_its_phase(
    connection: Connection, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt: list[str] = []
    original = FullSync._step

    def step(self: FullSync, sweep: Any) -> None:
        if sweep.cursor is not None and not spoilt:
            spoilt.append(sweep.cursor)
            sweep.cursor = "bm90aGluZw=="
        original(self, sweep)

    monkeypatch.setattr(FullSync, "_step", step)
    job = sync(connection)

    assert spoilt
    assert (job.state, mirrored()) == (JobState.DONE, there(merchant))


def test_what_is_gone_abroad_is_deleted(connection: Connection, merchant: Merchant) -> None:
    sync(connection)
    gone = Product.objects.order_by("vendor_id").first()
    assert gone is not None
    merchant.act("delete-product", product_id=gone.vendor_id)
    sync(connection)

    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert mirrored() == there(merchant)
    assert gone.variants.filter(deleted_at=None).count() == 0
    counts = MirrorState.objects.get(connection=connection).sync_counts
    assert (counts["products.deleted"], counts["variants.deleted"]) == (1, gone.variants.count())


def test_what_was_missed_but_is_there_stays(connection: Connection, merchant: Merchant) -> None:
    """A variant that no page named is looked up by id before it is believed gone."""
    sync(connection)
    job_id = start_full_sync(connection.pk, None)
    late = Variant.objects.order_by("vendor_id").first()
    assert late is not None
    Job.objects.filter(pk=job_id).update(
        checkpoint={
            "began": (timezone.now() + dt.timedelta(seconds=0)).isoformat(),
            "total": 0,
            "phase": "missing",
        }
    )
    work(Group.REMOTE)

    assert Job.objects.get(pk=job_id).state == JobState.DONE
    assert mirrored() == there(merchant)


@pytest.mark.usefixtures("merchant")
def test_a_newer_version_is_not_replaced(connection: Connection) -> None:
    sync(connection)
    newer = timezone.now() + dt.timedelta(days=1)
    variant = Variant.objects.order_by("vendor_id").first()
    assert variant is not None
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("1.23"), vendor_updated_at=newer)
    sync(connection)

    variant.refresh_from_db()
    assert (variant.price, variant.vendor_updated_at) == (Decimal("1.23"), newer)


def test_equal_times_are_settled_by_the_live_read(
    connection: Connection, merchant: Merchant
) -> None:
    sync(connection)
    variant = Variant.objects.order_by("vendor_id").first()
    assert variant is not None
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("1.23"))
    sync(connection)

    variant.refresh_from_db()
    assert variant.price == there(merchant)[variant.vendor_id][0]


@pytest.mark.usefixtures("merchant", "stranger")
def test_rows_of_another_shop_with_the_same_ids_are_left_alone(connection: Connection) -> None:
    other = Shop.objects.get(name="Elsewhere")
    theirs = shopify_connection(other, account="elsewhere.myshopify.com")
    sync(connection)
    product = Product.objects.order_by("vendor_id")[0]
    twin = Product.objects.create(
        shop=other,
        connection=theirs,
        vendor_id=product.vendor_id,
        title="Theirs",
        status="active",
        vendor_updated_at=product.vendor_updated_at - dt.timedelta(days=1),
    )
    sync(connection)

    twin.refresh_from_db()
    assert (twin.title, twin.shop_id) == ("Theirs", other.pk)
