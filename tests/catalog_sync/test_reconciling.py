"""How a comparison runs: once, resumed, in its place in the queue, never in silence."""

import datetime as dt
import json
import random
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone

from catalog_sync import reconciliations
from catalog_sync.api import NeverRead, last_reconciliations, start_full_sync, start_reconciliation
from catalog_sync.models import (
    Location,
    MirrorState,
    ReconciliationRun,
    StockHistory,
    StockLevel,
    Variant,
)
from catalog_sync.services import RECONCILE, reconcile_each
from catalog_sync.shopify.client import shopify_client
from catalog_sync.shopify.reconciliation import Reconciliation
from catalog_sync.shopify.round import Phase, Round
from catalog_sync.shopify.subscriptions import TOPICS, check_subscriptions
from catalog_sync.standing import reconcilable_connections
from catalog_sync.tasks import CHECK_ALL, RECONCILE_ALL
from config.demo.merchant import Merchant
from connectors.shopify.api import Topic
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.outbound.api import freeze_shop, park_connection, resume_connection
from foundation.shops.models import Connection, Shop
from foundation.work.api import enqueue
from foundation.work.drain import drain_for
from foundation.work.enums import Group, JobState
from foundation.work.models import Job
from tests.factories import shopify_connection
from tests.shopify_sandbox import DOMAIN, running_sandbox

from .comparing import here, reconcile, there
from .conftest import Heard, Post, work

pytestmark = pytest.mark.django_db(transaction=True)

Known = tuple[Any, ...]


@pytest.fixture
def lonely(connection: Connection, synced: Merchant) -> Iterator[Connection]:
    """A connection without subscriptions, as if it never had any, before and after."""
    assert synced.shop == connection.account

    def unsubscribe() -> None:
        client = shopify_client(connection.pk)
        for each in client.subscriptions():
            client.unsubscribe(each.id)
        MirrorState.objects.filter(pk=connection.pk).update(subscriptions={})

    unsubscribe()
    yield connection
    unsubscribe()


def sellable(count: int) -> list[Variant]:
    rows = Variant.objects.filter(tracked=True, stock__gt=8, deleted_at=None)
    return list(rows.order_by("vendor_id")[:count])


# --- once, and in its place --------------------------------------------------------------------


def test_one_that_is_queued_is_joined(connection: Connection, synced: Merchant) -> None:
    first = start_reconciliation(connection.pk, None, reason="test")
    assert start_reconciliation(connection.pk, None, reason="test") == first
    enqueue(RECONCILE_ALL)
    work(Group.FAST)

    assert Job.objects.filter(name=RECONCILE).count() == 1
    # Who asked is written down, also of one that was joined; the schedule is nobody.
    assert AuditEvent.objects.filter(verb="catalog.reconciliation.asked").count() == 2
    assert synced.shop == connection.account


def test_two_at_once_do_no_harm(connection: Connection, synced: Merchant) -> None:
    """Two jobs that nothing keeps apart, in two threads: each change is written once."""
    changed = sellable(30)
    for each in changed:
        synced.sell(each.vendor_id, 2)
    gone = Variant.objects.filter(deleted_at=None).latest("vendor_id")
    synced.act("delete-product", product_id=gone.product.vendor_id)
    before = StockHistory.objects.count()
    for key in ("one", "two"):
        enqueue(
            RECONCILE,
            {"connection_id": str(connection.pk), "dry_run": False},
            shop_id=connection.shop_id,
            unique_key=key,
        )

    def drain() -> None:
        try:
            drain_for(Group.REMOTE, 60.0)
        finally:
            database.close()

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(Group.REMOTE, Group.FAST)

    states = Job.objects.filter(name=RECONCILE).values_list("state", "error")
    assert list(states) == [(JobState.DONE, "")] * 2
    assert here() == there(connection)
    assert StockHistory.objects.count() == before + len(changed)
    runs = ReconciliationRun.objects.all()
    assert sum(run.counts.get("levels_mended", 0) for run in runs) == len(changed)
    assert sum(run.counts.get("products_buried", 0) for run in runs) == 1


def test_it_goes_on_where_it_was_killed(
    connection: Connection, synced: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die once before every kind of step; nothing is counted twice, nothing left out."""
    for each in sellable(5):
        synced.sell(each.vendor_id)
    synced.edit([(sellable(1)[0].vendor_id, 77)])  # type: ignore[list-item]
    died: list[str] = []
    original = Reconciliation._step

    def step(self: Reconciliation, now: Round) -> None:
        kind = self._next(now).__name__
        if kind not in died:
            died.append(kind)
            raise OperationalError
        original(self, now)

    monkeypatch.setattr(Reconciliation, "_step", step)
    job_id = start_reconciliation(connection.pk, None, reason="test")
    while (job := Job.objects.get(pk=job_id)).state == JobState.QUEUED:
        Job.objects.filter(pk=job_id).update(run_after=timezone.now())
        drain_for(Group.REMOTE, 60.0)

    assert died == [
        "_subscriptions",
        "_locations",
        "_products",
        "_totals",
        "_variants",
        "_items",
        "_levels",
    ]
    assert (job.state, here()) == (JobState.DONE, there(connection))
    counts = ReconciliationRun.objects.get().counts
    assert counts["variants_compared"] == Variant.objects.filter(deleted_at=None).count()
    names = ("totals_differed", "levels_mended", "prices_mended")
    assert [counts[name] for name in names] == [5, 5, 1]


def test_a_stale_cursor_restarts_its_phase(
    connection: Connection, synced: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt: list[str] = []
    original = Reconciliation._step

    def step(self: Reconciliation, now: Round) -> None:
        if now.phase is Phase.TOTALS and now.cursor is not None and not spoilt:
            spoilt.append(now.cursor)
            now.cursor = "bm90aGluZw=="
        original(self, now)

    monkeypatch.setattr(Reconciliation, "_step", step)
    synced.sell(sellable(1)[0].vendor_id)
    reconcile(connection)

    assert spoilt
    assert here() == there(connection)


def test_it_waits_for_points_and_keeps_its_place(
    connection: Connection, synced: Merchant, settings: LazySettings
) -> None:
    """With the bucket of the smallest plan all but empty, and a fifth of it not for us."""
    settings.OUTBOUND_LOW_RESERVE = 0.2
    synced.set_bucket(points_factor=1, level=0)
    synced.sell(sellable(1)[0].vendor_id)
    job_id = start_reconciliation(connection.pk, None, reason="test")
    drain_for(Group.REMOTE, 60.0)
    job = Job.objects.get(pk=job_id)
    synced.set_bucket(points_factor=1000, level=2_000_000)
    assert job.state == JobState.QUEUED
    assert "slow down" in job.waiting_for or "rate limit" in job.waiting_for
    deadline = timezone.now() + dt.timedelta(seconds=30)
    while Job.objects.get(pk=job_id).state == JobState.QUEUED and timezone.now() < deadline:
        Job.objects.filter(pk=job_id).update(run_after=timezone.now())
        drain_for(Group.REMOTE, 60.0)

    assert Job.objects.get(pk=job_id).state == JobState.DONE
    assert here() == there(connection)
    run = ReconciliationRun.objects.get()
    assert run.counts["variants_compared"] == Variant.objects.filter(deleted_at=None).count()


def test_a_dry_run_counts_and_changes_nothing(
    lonely: Connection, synced: Merchant, heard: Heard
) -> None:
    [sold, edited] = sellable(2)
    synced.sell(sold.vendor_id)
    synced.edit([(edited.vendor_id, 88)])  # type: ignore[list-item]
    rows = list(Variant.objects.order_by("pk").values())
    levels = list(StockLevel.objects.order_by("pk").values())
    state = MirrorState.objects.values().get()
    run = reconcile(lonely, dry_run=True)

    assert (run.kind, run.counts["totals_differed"], run.counts["variants_differed"]) == (
        "dry_run",
        1,
        1,
    )
    assert list(Variant.objects.order_by("pk").values()) == rows
    assert list(StockLevel.objects.order_by("pk").values()) == levels
    assert MirrorState.objects.values().get() == state
    assert (heard, shopify_client(lonely.pk).subscriptions()) == ([], ())
    assert last_reconciliations(lonely.shop_id) == {}


def test_a_mirror_that_was_never_read_is_not_compared(connection: Connection) -> None:
    with pytest.raises(NeverRead, match="never been read completely"):
        start_reconciliation(connection.pk, None, reason="test")
    enqueue(RECONCILE_ALL)
    work(Group.FAST)

    assert Job.objects.filter(name=RECONCILE).count() == 0


# --- subscriptions and lost deliveries ---------------------------------------------------------


def test_a_lost_subscription_is_restored_counted_and_its_gap_read(
    lonely: Connection, synced: Merchant
) -> None:
    check_subscriptions(lonely.pk)
    client = shopify_client(lonely.pk)
    lost = next(each for each in client.subscriptions() if each.topic == Topic.PRODUCTS_UPDATE)
    client.unsubscribe(lost.id)
    run = reconcile(lonely)

    assert {each.topic for each in client.subscriptions()} == set(map(str, TOPICS))
    assert run.counts["subscriptions_restored"] == 1
    assert Job.objects.filter(name="catalog.full_sync").count() == 1
    assert last_reconciliations(lonely.shop_id)[lonely.pk].mended == 1
    assert synced.shop == lonely.account


def test_the_panic_switch_does_not_stop_looking(lonely: Connection, synced: Merchant) -> None:
    freeze_shop(lonely.shop_id, reason="Stop.", actor_id=None)
    synced.sell(sellable(1)[0].vendor_id)
    reconcile(lonely)

    assert here() == there(lonely)
    assert shopify_client(lonely.pk).subscriptions() == ()


def test_webhooks_that_were_checked_with_the_comparison_are_not_checked_again(
    lonely: Connection, synced: Merchant
) -> None:
    reconcile(lonely)
    before = synced.calls()
    enqueue(CHECK_ALL)
    work(Group.FAST, Group.REMOTE)
    assert synced.calls() == before

    MirrorState.objects.update(subscriptions_checked_at=timezone.now() - dt.timedelta(minutes=30))
    enqueue(CHECK_ALL)
    work(Group.FAST, Group.REMOTE)
    assert synced.calls() != before


def stir(merchant: Merchant, chance: random.Random) -> None:
    """Two hundred things happen in the shop."""
    variants = sellable(60)
    places = list(Location.objects.values_list("vendor_id", flat=True))
    for number in range(200):
        each = chance.choice(variants)
        match number % 5:
            case 0 | 1:
                merchant.sell(each.vendor_id)
            case 2:
                merchant.restock(each.vendor_id, 2)
            case 3:
                merchant.edit([(each.vendor_id, chance.randrange(10, 90))])  # type: ignore[list-item]
            case _:
                level = StockLevel.objects.filter(
                    inventory_item_id=each.inventory_item_id, available__gt=4
                ).first()
                if level is not None:
                    to = chance.choice([p for p in places if p != level.location_vendor_id])
                    merchant.act(
                        "transfer",
                        variant_id=each.vendor_id,
                        quantity=1,
                        **{"from": level.location_vendor_id, "to": to},
                    )


def test_whatever_was_dropped_is_found_within_one_cycle(
    lonely: Connection, synced: Merchant, post: Post
) -> None:
    """A twentieth of the deliveries lost, the rest shuffled and some doubled, a topic deleted."""
    check_subscriptions(lonely.pk)
    last = max((row["id"] for row in synced.deliveries()), default=0)
    chance = random.Random(7)  # noqa: S311 -- a story, no secret
    stir(synced, chance)
    client = shopify_client(lonely.pk)
    lost = next(
        each for each in client.subscriptions() if each.topic == Topic.INVENTORY_LEVELS_UPDATE
    )
    client.unsubscribe(lost.id)
    for each in sellable(63)[60:]:
        synced.sell(each.vendor_id)
    sent = [row for row in synced.deliveries(last, bodies=True) if chance.random() >= 0.05]
    sent += chance.sample(sent, len(sent) // 5)
    chance.shuffle(sent)
    assert len(sent) > 200
    for row in sent:
        answer = post(
            row["topic"],
            json.dumps(row["body"]).encode(),
            **{"X-Shopify-Webhook-Id": row["webhook_id"]},
        )
        assert answer.status_code == 200
    work(Group.FAST)
    assert here() != there(lonely)
    run = reconcile(lonely)

    assert here() == there(lonely)
    costs = {pk: price for pk, (price, _) in synced.prices().items()}
    assert dict(Variant.objects.filter(deleted_at=None).values_list("vendor_id", "price")) == costs
    assert run.counts["subscriptions_restored"] == 1
    _assert_no_step_back()


def _assert_no_step_back() -> None:
    """Each level's history goes forward in the vendor's time, each step from where it stood."""
    steps: dict[tuple[int, int], tuple[dt.datetime, int | None]] = {}
    for each in StockHistory.objects.order_by("pk"):
        key = (each.inventory_item_id, each.location_vendor_id)
        if key in steps:
            moment, stood = steps[key]
            assert each.vendor_updated_at >= moment
            assert each.before == stood
        steps[key] = (each.vendor_updated_at, each.after)


def test_a_wide_window_goes_on_where_it_may_not_be_paged(
    connection: Connection,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Three pages of products, and a list that may be paged for one page only."""
    monkeypatch.setattr("catalog_sync.shopify.reconciliation.WINDOW_ROWS", 250)
    seen: list[str] = []
    original = Reconciliation._products

    def spy(self: Reconciliation, now: Round) -> None:
        assert now.cursor is None
        seen.append(now.since)
        original(self, now)

    monkeypatch.setattr(Reconciliation, "_products", spy)
    shape = ("--products", "600", "--variants-per-product", "1", "--points-factor", "1000")
    with running_sandbox(tmp_path / "state", *shape) as merchant:
        settings.OUTBOUND_ADDRESS_MAP = {DOMAIN: merchant._url}
        settings.OUTBOUND_LOW_RESERVE = 0.0
        start_full_sync(connection.pk, None)
        work(Group.REMOTE)
        MirrorState.objects.update(synced_from=timezone.now() - dt.timedelta(days=3650))
        reconcile(connection)

    assert len(seen) >= 3
    assert seen == sorted(set(seen))


# --- never in silence --------------------------------------------------------------------------


def late(minutes: int, connection: Connection) -> None:
    moment = timezone.now() - dt.timedelta(minutes=minutes)
    MirrorState.objects.update_or_create(
        connection=connection,
        defaults={"shop_id": connection.shop_id, "synced_at": moment, "watched_from": moment},
    )


def watch() -> list[UUID]:
    return reconciliations.tell_late(timezone.now())


def test_an_hour_without_comparison_is_told(connection: Connection) -> None:
    late(59, connection)
    assert watch() == []
    late(61, connection)
    assert watch() == [connection.pk]

    alert = Alert.objects.get()
    assert (alert.severity, alert.key) == ("warning", f"reconciliation:{connection.pk}")
    assert "never been compared" in alert.body
    assert "No job is at it" in alert.body


def test_it_is_told_why(connection: Connection) -> None:
    late(300, connection)
    job_id = enqueue(RECONCILE, {}, shop_id=connection.shop_id)
    Job.objects.filter(pk=job_id).update(waiting_for="Waiting for the vendor's rate limit")
    ended = timezone.now() - dt.timedelta(minutes=90)
    common: dict[str, Any] = {"shop_id": connection.shop_id, "connection": connection}
    ReconciliationRun.objects.create(**common, job_id=1, finished_at=ended)
    ReconciliationRun.objects.create(**common, job_id=2, finished_at=timezone.now(), kind="dry_run")
    ReconciliationRun.objects.create(**common, job_id=job_id)
    watch()

    body = Alert.objects.get().body
    assert "ended 90 minutes ago" in body
    assert f"job #{job_id} is queued (Waiting for the vendor's rate limit)" in body


def test_what_rests_is_not_late(connection: Connection) -> None:
    late(300, connection)
    park_connection(connection.pk, "The token is dead.")
    assert watch() == []
    resume_connection(connection.pk, actor_id=None)
    work(Group.FAST)
    assert watch() == []
    # And it is compared at once: nobody looked meanwhile.
    assert Job.objects.filter(name=RECONCILE).count() == 1


def test_the_alert_closes_with_the_next_comparison(
    connection: Connection, synced: Merchant
) -> None:
    late(300, connection)
    watch()
    assert Alert.objects.get().closed_at is None
    reconcile(connection)

    assert (Alert.objects.get().closed_at is not None, watch()) == (True, [])
    assert synced.shop == connection.account


@pytest.mark.parametrize(("count", "sweep", "alerts"), [(1, 2, 2), (3, 3, 4)])
def test_the_sweeps_ask_little(
    count: int,
    sweep: int,
    alerts: int,
    shop: Shop,
    stranger: Any,
    django_assert_num_queries: Any,
) -> None:
    """One statement to find them; one for each shop's jobs, of two here; one for each alert."""
    assert stranger.pk
    other = Shop.objects.get(name="Elsewhere")
    for number in range(count):
        of = (shop, other)[number % 2]
        late(61, shopify_connection(of, account=f"shop-{number}.myshopify.com"))
    with django_assert_num_queries(sweep):
        reconcile_each(reconcilable_connections())
    with django_assert_num_queries(alerts):
        watch()

    assert Job.objects.filter(name=RECONCILE).count() == count
    assert Alert.objects.count() == count


def test_old_runs_are_forgotten(connection: Connection) -> None:
    for days in (1, 29, 31, 400):
        run = ReconciliationRun.objects.create(
            shop_id=connection.shop_id, connection=connection, job_id=days
        )
        ReconciliationRun.objects.filter(pk=run.pk).update(
            started_at=timezone.now() - dt.timedelta(days=days)
        )
    assert reconciliations.prune_runs(timezone.now()) is False

    assert sorted(ReconciliationRun.objects.values_list("job_id", flat=True)) == [1, 29]


# --- the command -------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_waits_and_tells_what_was_found(
    connection: Connection, synced: Merchant
) -> None:
    synced.sell(sellable(1)[0].vendor_id)
    worker = threading.Thread(target=_work_until_done)
    worker.start()
    try:
        said = command("--shop", connection.account, "--wait")
    finally:
        worker.join()

    assert f"{connection.account}: done" in said
    assert "1 total differed, " in said
    assert "mended: 1 stock level" in said
    assert "points" in said


def _work_until_done() -> None:
    deadline = timezone.now() + dt.timedelta(seconds=30)
    try:
        while timezone.now() < deadline:
            drain_for(Group.REMOTE, 5.0)
            if Job.objects.filter(name=RECONCILE, state="done").exists():
                return
    finally:
        database.close()


def test_a_dry_run_may_be_asked_by_command(connection: Connection, synced: Merchant) -> None:
    said = command("--connection", str(connection.pk), "--dry-run")

    assert "is job" in said
    assert Job.objects.get(name=RECONCILE).payload["dry_run"] is True
    assert synced.shop == connection.account


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shop", "nobody.myshopify.com"], "No active Shopify connection"),
        (["--shop", ""], "No active Shopify connection"),
        (["--shop", str(uuid4())], "No active Shopify connection"),
        (["--connection", str(uuid4())], "No active Shopify connection"),
        (["--connection", "nonsense"], "invalid UUID"),
        ([], "never been read completely"),
        (["--everything"], "unrecognized arguments"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: list[str], words: str, connection: Connection
) -> None:
    assert connection.state == "active"
    with pytest.raises(CommandError, match=words):
        command(*arguments)
    assert Job.objects.filter(name=RECONCILE).count() == 0


def test_the_command_leaves_a_parked_connection_in_peace(
    connection: Connection, synced: Merchant
) -> None:
    park_connection(connection.pk, "The token is dead.")
    with pytest.raises(CommandError, match="No active"):
        command()
    assert synced.shop == connection.account
