"""A price job against the sandbox: what is written, what is kept, what is told."""

import datetime as dt
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import expected_after, goals
from foundation.alerts.models import Alert
from foundation.outbound.api import budget_key, resume_connection
from foundation.outbound.models import Budget
from foundation.shops.api import change_secrets, freeze
from foundation.work.api import enqueue
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch
from pricing import deciding, recording
from pricing.contracts import PlannedRow, Price, Settled
from pricing.enums import Outcome
from pricing.models import AuditTrailEntry, PlannedChange, PricingJob, ProcessingResult
from pricing.outside import note_prices_seen
from pricing.overwritten import Marked, mark_overwritten
from pricing.planning import writer
from pricing.services import Refused, cancel, roll_back
from tests.pricing.conftest import TestDesk, work
from tests.shopify_sandbox import TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(job: PricingJob) -> dict[str, int]:
    return dict(Counter(job.results.values_list("outcome", flat=True)))


def counters(job: PricingJob) -> dict[str, int]:
    names = ("applied", "unchanged", "skipped", "conflict", "failed", "overwritten")
    return {name: getattr(job, name) for name in names if getattr(job, name)}


def test_a_plan_writes_nothing(desk: TestDesk, merchant: Merchant) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    assert (job.state, job.planned_changes + job.planned_skips) == ("planned", len(before))
    assert merchant.prices() == before
    assert list(merchant.effects(since)) == []
    assert not ProcessingResult.objects.exists()


def test_a_run_writes_exactly_the_plan_once(desk: TestDesk, merchant: Merchant) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    wanted = expected_after(before, job)
    done = desk.run(job)
    assert done.state == "completed"
    assert merchant.prices() == wanted
    changed = {variant for variant in wanted if wanted[variant] != before[variant]}
    assert effective_changes(merchant, since) == Counter(changed)
    assert outcomes(done) == {"applied": len(changed)} | (
        {"skipped": done.planned_skips} if done.planned_skips else {}
    )
    assert counters(done) == outcomes(done)
    ledger = AuditTrailEntry.objects.filter(job=job).select_related("variant")
    assert {
        entry.variant.vendor_id: (entry.price_before, entry.price_after, entry.layer, entry.cause)
        for entry in ledger
    } == {v: (before[v][0], wanted[v][0], "base", "manual_job") for v in changed}
    # The mirror knows our own write without waiting for its webhook.
    mirrored = {v.vendor_id: (v.price, v.compare_at) for v in Variant.objects.all()}
    assert mirrored == wanted


def test_one_mutation_writes_all_variants_of_a_product(desk: TestDesk, merchant: Merchant) -> None:
    calls = Counter(merchant.calls())
    job = desk.plan()
    desk.run(job)
    made = Counter(merchant.calls()) - calls
    products = PlannedChange.objects.filter(job=job, skip="").values("product_vendor_id").distinct()
    writes = sum(count for name, count in made.items() if name.startswith("PriceWrite"))
    assert writes == products.count()


def test_an_edit_since_the_plan_is_kept_and_reported(desk: TestDesk, merchant: Merchant) -> None:
    job = desk.plan()
    variant = min(goals(job))
    merchant.edit([(variant, Decimal("77.77"))])
    before = merchant.prices()
    done = desk.run(job)
    wanted = {**expected_after(before, job), variant: before[variant]}
    assert merchant.prices() == wanted
    kept = job.results.get(outcome="conflict")
    assert (kept.variant.vendor_id, kept.found_price) == (variant, Decimal("77.77"))
    assert done.conflict == 1
    assert not AuditTrailEntry.objects.filter(job=job, variant=kept.variant).exists()


def test_a_lost_answer_is_read_back_and_not_repeated(desk: TestDesk, merchant: Merchant) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    merchant.misbehave(
        {"kind": "lose_answer", "operation": "productVariantsBulkUpdate", "count": 3}
    )
    done = desk.run(job)
    assert done.state == "completed"
    assert merchant.prices() == expected_after(before, job)
    assert max(effective_changes(merchant, since).values()) == 1
    assert done.applied == done.planned_changes
    assert AuditTrailEntry.objects.filter(job=job).count() == done.planned_changes


def test_a_reset_before_the_write_is_written_after_reading_back(
    desk: TestDesk, merchant: Merchant
) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    merchant.misbehave(
        {"kind": "reset", "operation": "productVariantsBulkUpdate", "count": 1},
        {"kind": "5xx_after", "operation": "productVariantsBulkUpdate", "count": 1},
    )
    done = desk.run(job)
    assert (done.state, merchant.prices()) == ("completed", expected_after(before, job))
    assert max(effective_changes(merchant, since).values()) == 1


def test_a_variant_gone_abroad_fails_alone(desk: TestDesk, merchant: Merchant) -> None:
    job = desk.plan()
    before = merchant.prices()
    victim = job.plan.filter(skip="").latest("position").product_vendor_id
    merchant.act("suspend-product", product_id=victim)
    done = desk.run(job)
    merchant.act("suspend-product", product_id=victim, suspended=False)
    of_victim = set(
        job.plan.filter(product_vendor_id=victim).values_list("variant_vendor_id", flat=True)
    )
    wanted = expected_after(before, job)
    assert merchant.prices() == {v: before[v] if v in of_victim else wanted[v] for v in wanted}
    assert done.failed == len(set(goals(job)) & of_victim)
    assert {r.reason[:20] for r in job.results.filter(outcome="failed")} == {"Shopify refused it: "}


def test_rollback_restores_and_keeps_later_edits(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.run(desk.plan())
    edited = min(goals(job))
    merchant.edit([(edited, Decimal("55.55"))])
    undo = roll_back(job=job, actor_id=desk.person.pk)
    desk_work_plan()
    undo.refresh_from_db()
    done = desk.run(undo)
    assert done.state == "completed"
    assert merchant.prices() == {**before, edited: (Decimal("55.55"), before[edited][1])}
    assert (done.conflict, done.applied) == (1, job.applied - 1)
    assert set(AuditTrailEntry.objects.filter(job=undo).values_list("cause", flat=True)) == {
        "rollback"
    }


def desk_work_plan() -> None:
    from foundation.work.enums import Group  # noqa: PLC0415 -- one place

    work(Group.HEAVY)


@pytest.mark.usefixtures("merchant")
def test_confirm_refuses_another_plan_an_old_one_and_a_second_time(desk: TestDesk) -> None:
    job = desk.plan()
    job.plan_hash, seen = "0" * 64, job.plan_hash
    with pytest.raises(Refused) as refused:
        desk.confirm(job)
    assert refused.value.code == "plan_changed"
    PricingJob.objects.filter(pk=job.pk).update(expires_at="2020-01-01T00:00:00Z")
    job.plan_hash = seen
    with pytest.raises(Refused) as refused:
        desk.confirm(job)
    assert refused.value.code == "plan_expired"
    job.refresh_from_db()
    assert job.state == "expired"
    assert not Job.objects.filter(name="pricing.start_run").exists()


def test_an_altered_plan_writes_nothing(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.plan()
    row = job.plan.filter(skip="").first()
    assert row is not None
    PlannedChange.objects.filter(pk=row.pk).update(target_price=Decimal("0.01"))
    done = desk.run(job)
    assert done.state == "failed"
    assert "not the one that was confirmed" in done.state_reason
    assert merchant.prices() == before


def test_a_frozen_shop_is_not_written_to(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.plan()
    freeze(shop_id=desk.shop_id, reason="stop everything", actor_id=desk.person.pk)
    running = desk.run(job)
    assert running.state == "running"
    assert merchant.prices() == before
    assert set(
        Job.objects.filter(name="pricing.apply_batch").values_list("state", "parked_key")
    ) == {("parked", f"shop:{desk.shop_id}")}


def _tell(desk: TestDesk, *seen: tuple[Any, ...]) -> None:
    note_prices_seen(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        seen=[list(each) for each in seen],
        request_id="",
    )


def test_an_edit_between_read_and_write_is_reported_as_overwritten(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan()
    merchant.misbehave(
        {
            "kind": "edit_before_write",
            "price": "66.66",
            "count": 1,
            "rows": 1,
            "operation": "productVariantsBulkUpdate",
        }
    )
    since = merchant.last_effect()
    done = desk.run(job)
    edit = next(e for e in merchant.effects(since) if e["source"] == "outside" and e["changed"])
    assert done.applied == done.planned_changes
    # Its webhook arrives, late, and once more; the second is our write's: the shop is asked.
    result = job.results.get(variant__vendor_id=edit["variant_id"])
    assert result.written_updated_at is not None
    for _ in range(2):
        _tell(
            desk,
            (edit["variant_id"], "66.66", result.target_compare_at, result.written_updated_at),
        )
        work(Group.REMOTE)
    done.refresh_from_db()
    assert (done.overwritten, done.applied) == (1, done.planned_changes - 1)
    result.refresh_from_db()
    assert (result.outcome, result.found_price) == ("overwritten", Decimal("66.66"))
    entry = AuditTrailEntry.objects.get(layer="outside")
    assert (entry.price_after, entry.variant_id) == (Decimal("66.66"), result.variant_id)


def test_an_edit_is_overwritten_by_one_of_two_jobs_that_follow_at_once(
    desk: TestDesk,
) -> None:
    """The second read the price within the second in which the first replaced the edit."""
    first = desk.run(desk.plan())
    lost = first.results.filter(outcome="applied").earliest("pk")
    assert lost.written_updated_at is not None
    read = lost.written_updated_at - dt.timedelta(seconds=2)
    ProcessingResult.objects.filter(pk=lost.pk).update(read_updated_at=read)
    vendor_id = lost.variant.vendor_id
    edited = lost.written_updated_at - dt.timedelta(seconds=1)
    _tell(desk, (vendor_id, "62.62", lost.target_compare_at, edited))
    second = desk.run(desk.plan())
    result = second.results.get(variant__vendor_id=vendor_id)
    assert result.read_updated_at is not None
    # As if all of it, but the second write, had been done within that second.
    ProcessingResult.objects.filter(pk=lost.pk).update(written_updated_at=edited)
    ProcessingResult.objects.filter(pk=result.pk).update(read_updated_at=edited, intended_at=edited)
    assert mark_overwritten(result_ids=[result.pk]) == Marked(Counter(), [], [])
    _tell(desk, (vendor_id, "62.62", lost.target_compare_at, edited))
    for job in (first, second):
        job.refresh_from_db()
    assert (first.overwritten, second.overwritten) == (1, 0)
    # Another one of that second, which the first did not replace.
    _tell(desk, (vendor_id, "63.63", lost.target_compare_at, edited))
    result.refresh_from_db()
    assert (result.outcome, result.found_price) == ("overwritten", Decimal("63.63"))


def test_an_edit_right_after_our_write_is_not_called_overwritten(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan()
    done = desk.run(job)
    variant = min(goals(job))
    merchant.edit([(variant, Decimal("61.61"))])
    # The vendor's times have whole seconds: this edit may carry the very time of our write.
    result = job.results.get(variant__vendor_id=variant)
    assert result.written_updated_at is not None
    _tell(desk, (variant, "61.61", result.target_compare_at, result.written_updated_at))
    work(Group.REMOTE)
    done.refresh_from_db()
    result.refresh_from_db()
    assert (done.overwritten, done.applied) == (0, done.planned_changes)
    assert (result.outcome, result.found_price) == ("applied", None)
    assert merchant.prices()[variant][0] == Decimal("61.61")
    assert AuditTrailEntry.objects.get(layer="outside").price_after == Decimal("61.61")


def test_an_edit_of_an_earlier_second_is_overwritten_without_asking_the_shop(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan()
    done = desk.run(job)
    calls = merchant.calls()
    result = job.results.filter(outcome="applied").earliest("pk")
    assert result.written_updated_at is not None
    # As if it had been read a while before it was written.
    earlier = result.written_updated_at - dt.timedelta(seconds=2)
    ProcessingResult.objects.filter(pk=result.pk).update(read_updated_at=earlier)
    vendor_id = result.variant.vendor_id
    _tell(desk, (vendor_id, "62.62", result.target_compare_at, earlier))
    work(Group.REMOTE)
    done.refresh_from_db()
    result.refresh_from_db()
    assert (done.overwritten, result.outcome, result.found_price) == (
        1,
        "overwritten",
        Decimal("62.62"),
    )
    assert merchant.calls() == calls


def test_an_edit_of_a_second_that_was_over_when_we_read_was_seen(
    desk: TestDesk, merchant: Merchant
) -> None:
    """Two prices were set in one second, and we read the later one a while after."""
    done = desk.run(desk.plan())
    result = done.results.filter(outcome="applied").earliest("pk")
    assert result.written_updated_at is not None
    read = result.written_updated_at - dt.timedelta(minutes=10)
    ProcessingResult.objects.filter(pk=result.pk).update(read_updated_at=read)
    calls = merchant.calls()
    seen = (result.variant.vendor_id, "58.58", result.target_compare_at, read)
    _tell(desk, seen)
    work(Group.REMOTE)
    done.refresh_from_db()
    assert (done.overwritten, done.applied) == (0, done.planned_changes)
    # One of the second after it nobody saw.
    after = read + dt.timedelta(seconds=1)
    _tell(desk, (result.variant.vendor_id, "59.59", result.target_compare_at, after))
    work(Group.REMOTE)
    result.refresh_from_db()
    assert (result.outcome, result.found_price) == ("overwritten", Decimal("59.59"))
    assert merchant.calls() == calls


def test_a_lost_write_that_was_edited_at_once_is_confirmed_by_its_echo(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan()
    done = desk.run(job)
    result = job.results.filter(outcome="applied").earliest("pk")
    assert result.written_updated_at is not None
    vendor_id = result.variant.vendor_id
    merchant.edit([(vendor_id, Decimal("63.63"))])
    # What the engine leaves behind when the answer is lost and the edit is read back.
    with pgtrigger.ignore("pricing.AuditTrailEntry:append_only"):
        AuditTrailEntry.objects.filter(result=result).delete()
    ProcessingResult.objects.filter(pk=result.pk).update(
        outcome="conflict", found_price=Decimal("63.63"), written_updated_at=None
    )
    PricingJob.objects.filter(pk=job.pk).update(applied=done.applied - 1, conflict=1)
    target = (vendor_id, str(result.target_price), result.target_compare_at)
    written = result.written_updated_at
    later = written + dt.timedelta(seconds=1)
    _tell(desk, (vendor_id, "63.63", result.target_compare_at, later, *target[1:]))
    for _ in range(2):
        _tell(desk, (*target, written))
        work(Group.REMOTE)
    done.refresh_from_db()
    result.refresh_from_db()
    assert (done.applied, done.conflict, done.overwritten) == (done.planned_changes, 0, 0)
    assert (result.outcome, result.found_price, result.written_updated_at) == (
        "applied",
        None,
        written,
    )
    entries = AuditTrailEntry.objects.filter(variant=result.variant).order_by("vendor_updated_at")
    assert [(e.layer, e.price_after) for e in entries] == [
        ("base", result.target_price),
        ("outside", Decimal("63.63")),
    ]


@pytest.mark.usefixtures("merchant")
def test_an_echo_before_the_reading_back_confirms_the_write(desk: TestDesk) -> None:
    job = desk.plan()
    row = job.plan.filter(skip="").select_related("variant").earliest("position")
    assert row.target_price is not None
    # What is left when the worker died after the write: the intent.
    before = Price(row.before_price, row.before_compare_at)
    target = Price(row.target_price, row.target_compare_at)
    planned = PlannedRow(
        planned_id=row.pk,
        variant_id=row.variant_id,
        variant_vendor_id=row.variant_vendor_id,
        product_vendor_id=row.product_vendor_id,
        before=before,
        target=target,
        intended=True,
    )
    now = timezone.now().replace(microsecond=0)
    with transaction.atomic():
        recording.intend(job, [planned], {})
    echo = (row.variant_vendor_id, str(target.price), target.compare_at, now)
    _tell(desk, echo)
    result = job.results.get(planned=row)
    assert (result.outcome, result.written_updated_at) == ("intended", now)
    assert not AuditTrailEntry.objects.exists()
    # Somebody's edit is what the reading back finds.
    found = Price(Decimal("64.64"), None)
    with transaction.atomic():
        recording.record(job, [Settled(planned, Outcome.CONFLICT, "Changed.", found=found)])
    result.refresh_from_db()
    job.refresh_from_db()
    assert (result.outcome, result.reason, result.found_price, result.written_updated_at) == (
        "applied",
        recording.ECHOED,
        None,
        now,
    )
    assert (job.applied, job.conflict) == (1, 0)
    entry = AuditTrailEntry.objects.get()
    assert (entry.layer, entry.price_before, entry.price_after, entry.vendor_updated_at) == (
        "base",
        before.price,
        target.price,
        now,
    )


def test_a_dead_token_parks_the_run_with_one_alert_and_a_new_one_resumes_it(
    desk: TestDesk, merchant: Merchant
) -> None:
    before = merchant.prices()
    job = desk.plan()
    wanted = expected_after(before, job)
    merchant.act("rotate", token="shpat_new_000000000000000000000000000000")
    try:
        running = desk.run(job)
        assert (running.state, merchant.prices()) == ("running", before)
        key = f"connection:{desk.connection.pk}"
        assert set(
            Job.objects.filter(name="pricing.apply_batch").values_list("state", "parked_key")
        ) == {("parked", key)}
        alerts = Alert.objects.filter(shop_id=desk.shop_id, closed_at=None)
        assert [alert.key for alert in alerts] == [key]
        change_secrets(
            connection_id=desk.connection.pk,
            changed={"access_token": "shpat_new_000000000000000000000000000000"},
            actor_id=desk.person.pk,
        )
        resume_connection(desk.connection.pk, actor_id=desk.person.pk)
        work(Group.REMOTE)
    finally:
        merchant.act("rotate", token=TOKEN)
    job.refresh_from_db()
    assert (job.state, job.applied, merchant.prices()) == (
        "completed",
        job.planned_changes,
        wanted,
    )
    assert not alerts.all().exists()


def test_a_stopped_run_keeps_what_was_written_and_accounts_for_every_row(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PRODUCTS_PER_BATCH", 2)
    before = merchant.prices()
    job = desk.plan()
    target = goals(job)
    desk.confirm(job)
    work(Group.HEAVY)
    # One batch is written when a person stops the rest.
    run_batch(Group.REMOTE, limit=1)
    cancel(job=job, actor_id=desk.person.pk, reason="wrong season")
    work(Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, job.state_reason) == ("cancelled", "")
    assert sum(outcomes(job).values()) == job.planned_changes + job.planned_skips
    assert counters(job) == outcomes(job)
    applied = set(
        job.results.filter(outcome="applied").values_list("variant__vendor_id", flat=True)
    )
    assert 0 < len(applied) < job.planned_changes
    assert merchant.prices() == {v: target[v] if v in applied else before[v] for v in before}


def test_an_edit_of_a_variant_we_never_touched_is_in_the_ledger(
    desk: TestDesk, merchant: Merchant
) -> None:
    variant = Variant.objects.select_related("product").earliest("vendor_id")
    # An edit within the second of the last one would be read again later.
    time.sleep(1.1)
    merchant.edit([(variant.vendor_id, Decimal("65.65"))])
    enqueue(
        "catalog.read_product",
        {"connection_id": str(desk.connection.pk), "product_id": variant.product.vendor_id},
        shop_id=desk.shop_id,
    )
    work(Group.REMOTE, Group.FAST)
    entry = AuditTrailEntry.objects.get()
    assert (entry.variant_id, entry.layer, entry.cause) == (variant.pk, "outside", "outside_edit")
    assert (entry.price_before, entry.price_after) == (variant.price, Decimal("65.65"))


def test_no_mutation_has_more_variants_than_the_job_allows(
    desk: TestDesk, merchant: Merchant, settings: LazySettings
) -> None:
    settings.PRICING_VARIANTS_PER_CALL = 2
    before = merchant.prices()
    job = desk.plan()
    # What was planned with one number is written with it.
    settings.PRICING_VARIANTS_PER_CALL = 250
    calls = Counter(merchant.calls())
    done = desk.run(job)
    made = Counter(merchant.calls()) - calls
    sizes = Counter(job.plan.filter(skip="").values_list("product_vendor_id", flat=True))
    writes = sum(count for name, count in made.items() if name.startswith("PriceWrite"))
    assert writes == sum(-(-size // 2) for size in sizes.values())
    assert (done.state, merchant.prices()) == ("completed", expected_after(before, job))


def test_a_batch_reads_once_however_tight_the_budget_is(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine that stands still for seconds would rightly read again.
    monkeypatch.setattr(deciding, "FRESH_SECONDS", 600.0)
    job = desk.plan()
    level = merchant.set_bucket(plan="standard", points_factor=1, drain=True)
    # Set after the vendor's bucket was drained, ours never believes in more than is there.
    budget = Budget.objects.create(
        key=budget_key("shopify", desk.connection.pk),
        capacity=level["maximum"],
        restore_rate=level["rate"],
        available=0,
    )
    calls = Counter(merchant.calls())
    desk.confirm(job)
    work(Group.HEAVY)
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        work(Group.REMOTE)
        job.refresh_from_db()
        if job.state == "completed":
            break
        time.sleep(0.05)
    made = Counter(merchant.calls()) - calls
    batches = job.plan.filter(skip="").values("batch").distinct().count()
    budget.refresh_from_db()
    assert (job.state, budget.waits > 0, budget.throttled) == ("completed", True, 0)
    assert made["VariantPriceCheck ok"] == batches
