"""A price job against the sandbox: what is written, what is kept, what is told."""

from collections import Counter
from decimal import Decimal

import pytest

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import expected_after, goals
from foundation.shops.api import freeze
from foundation.work.models import Job
from pricing.models import AuditTrailEntry, PlannedChange, PricingJob, ProcessingResult
from pricing.services import Refused, roll_back
from tests.pricing.conftest import TestDesk, work

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
    merchant.misbehave({"kind": "lose_answer", "operation": "productVariantsBulkUpdate", "count": 3})
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
    assert set(AuditTrailEntry.objects.filter(job=undo).values_list("cause", flat=True)) == {"rollback"}


def desk_work_plan() -> None:
    from foundation.work.enums import Group  # noqa: PLC0415 -- one place

    work(Group.HEAVY)


def test_confirm_refuses_another_plan_an_old_one_and_a_second_time(
    desk: TestDesk, merchant: Merchant
) -> None:
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


def test_an_edit_between_read_and_write_is_reported_as_overwritten(
    desk: TestDesk, merchant: Merchant
) -> None:
    from pricing.outside import note_prices_seen  # noqa: PLC0415 -- one place

    job = desk.plan()
    merchant.misbehave(
        {"kind": "edit_before_write", "price": "66.66", "count": 1, "rows": 1,
         "operation": "productVariantsBulkUpdate"}
    )
    since = merchant.last_effect()
    done = desk.run(job)
    edit = next(e for e in merchant.effects(since) if e["source"] == "outside" and e["changed"])
    assert done.applied == done.planned_changes
    # Its webhook arrives, late, and once more.
    result = job.results.get(variant__vendor_id=edit["variant_id"])
    for _ in range(2):
        note_prices_seen(
            connection_id=desk.connection.pk,
            seen=[[edit["variant_id"], "66.66", result.target_compare_at, result.written_updated_at]],
            request_id="",
        )
    done.refresh_from_db()
    assert (done.overwritten, done.applied) == (1, done.planned_changes - 1)
    result.refresh_from_db()
    assert (result.outcome, result.found_price) == ("overwritten", Decimal("66.66"))
    entry = AuditTrailEntry.objects.get(layer="outside")
    assert (entry.price_after, entry.variant_id) == (Decimal("66.66"), result.variant_id)
