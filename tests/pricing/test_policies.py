"""What becomes of a price that somebody changed after the plan: keep, work out again, write."""

from decimal import Decimal

import pytest

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from config.demo.pricing_jobs import expected_after, goals
from pricing.api import Action, ConflictPolicy, simple_rule
from pricing.models import AuditTrailEntry, PriceLock
from tests.pricing.conftest import TestDesk

pytestmark = pytest.mark.django_db(transaction=True)

TENTH_OFF = simple_rule(Action.PERCENT, -10, floor="5")


def test_working_it_out_again_starts_from_the_live_price(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan("", TENTH_OFF, conflict_policy=ConflictPolicy.RECOMPUTE)
    again, floored, same, *_ = sorted(goals(job))
    planned = goals(job)[same]
    merchant.edit(
        [(again, Decimal("80.00")), (floored, Decimal("5.00")), (same, planned[0])],
    )
    before = merchant.prices()
    done = desk.run(job)
    wanted = {
        **expected_after(before, job),
        again: (Decimal("72.00"), before[again][1]),
        floored: before[floored],
        same: before[same],
    }
    assert merchant.prices() == wanted
    results = {r.variant.vendor_id: r for r in job.results.select_related("variant")}
    row = results[again]
    assert (row.outcome, row.before_price, row.target_price) == (
        "applied",
        Decimal("80.00"),
        Decimal("72.00"),
    )
    # 5.00 less a tenth is under the floor, so the floor stands, which is the price it has.
    assert [(results[v].outcome, results[v].reason) for v in (floored, same)] == [
        ("unchanged", "It had this price already."),
        ("unchanged", "It had this price already."),
    ]
    assert (done.state, done.conflict, done.unchanged) == ("completed", 0, 2)
    entry = AuditTrailEntry.objects.get(job=job, variant=row.variant)
    assert (entry.price_before, entry.price_after) == (Decimal("80.00"), Decimal("72.00"))


def test_overwriting_writes_the_plan_and_knows_what_it_replaced(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan("", TENTH_OFF, conflict_policy=ConflictPolicy.OVERWRITE)
    edited = min(goals(job))
    merchant.edit([(edited, Decimal("80.00"))])
    before = merchant.prices()
    done = desk.run(job)
    assert merchant.prices() == expected_after(before, job)
    row = job.results.get(variant__vendor_id=edited)
    assert (row.outcome, row.before_price, row.target_price) == (
        "applied",
        Decimal("80.00"),
        goals(job)[edited][0],
    )
    assert (done.applied, done.conflict) == (done.planned_changes, 0)
    # The way back leads to what was there, not to what the plan had expected.
    back = desk.run(desk.plan_rollback(done))
    assert (back.state, merchant.prices()) == ("completed", before)


def test_a_lost_answer_under_each_policy_is_read_back_and_not_repeated(
    desk: TestDesk, merchant: Merchant
) -> None:
    for policy in (ConflictPolicy.RECOMPUTE, ConflictPolicy.OVERWRITE):
        job = desk.plan("", simple_rule(Action.AMOUNT, 1), conflict_policy=policy)
        edited = min(goals(job))
        merchant.edit([(edited, Decimal("87.31"))])
        before, since = merchant.prices(), merchant.last_effect()
        merchant.misbehave(
            {"kind": "lose_answer", "operation": "productVariantsBulkUpdate", "count": 1},
            {"kind": "5xx_after", "operation": "productVariantsBulkUpdate", "count": 1},
        )
        done = desk.run(job)
        wanted = expected_after(before, job)
        if policy is ConflictPolicy.RECOMPUTE:
            wanted[edited] = (Decimal("88.31"), before[edited][1])
        assert merchant.prices() == wanted
        assert (done.applied, done.conflict) == (done.planned_changes, 0)
        ours = [e["variant_id"] for e in merchant.effects(since) if e["changed"]]
        assert len(ours) == len(set(ours)) == done.planned_changes


def test_a_lock_set_after_the_plan_is_respected_by_every_policy(
    desk: TestDesk, merchant: Merchant
) -> None:
    job = desk.plan("", TENTH_OFF, conflict_policy=ConflictPolicy.OVERWRITE)
    locked = Variant.objects.get(vendor_id=min(goals(job)))
    PriceLock.objects.create(shop_id=desk.shop_id, variant=locked, reason="On the printed list")
    before = merchant.prices()
    done = desk.run(job)
    assert merchant.prices() == {
        **expected_after(before, job),
        locked.vendor_id: before[locked.vendor_id],
    }
    row = job.results.get(variant=locked)
    assert (row.outcome, row.reason, done.skipped) == ("skipped", "locked", done.planned_skips + 1)
    # Neither does the way back touch it: it was never written.
    again = desk.plan("", TENTH_OFF)
    assert again.plan.get(variant=locked).skip == "locked"
