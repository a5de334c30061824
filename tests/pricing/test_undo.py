"""The way back: whole, in part, back again; what others did later is kept and listed."""

from decimal import Decimal

import pytest

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from config.demo.pricing_jobs import expected_after, goals
from foundation.work.enums import Group
from pricing import engine
from pricing.api import Action, Refused, cancel, run_again, simple_rule
from pricing.contracts import PlannedRow
from pricing.enums import Outcome
from pricing.models import PriceLock
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

UP = simple_rule(Action.AMOUNT, 4)


def test_chosen_rows_go_back_and_the_rest_stays(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.run(desk.plan("", UP))
    rows = list(job.results.order_by("id").values_list("id", "planned__variant_vendor_id"))[:5]
    edited, locked = rows[0][1], rows[1][1]
    merchant.edit([(edited, Decimal("71.00"))])
    PriceLock.objects.create(
        shop_id=desk.shop_id,
        variant=Variant.objects.get(vendor_id=locked),
        reason="Printed on the shelf",
    )
    undo = desk.plan_rollback(job, [row_id for row_id, _ in rows])
    assert (undo.planned_changes, undo.plan_facts["skips"]) == (4, {"locked": 1})
    after = merchant.prices()
    done = desk.run(undo)
    back = {variant: before[variant] for _, variant in rows[2:]}
    assert merchant.prices() == {**after, **back}
    assert (done.applied, done.conflict, done.skipped) == (3, 1, 1)
    kept = done.results.get(outcome="conflict")
    assert (kept.variant.vendor_id, kept.found_price) == (edited, Decimal("71.00"))


def test_an_undo_can_be_undone(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = desk.run(desk.plan("", UP))
    after = merchant.prices()
    back = desk.run(desk.plan_rollback(job))
    assert merchant.prices() == before
    forth = desk.run(desk.plan_rollback(back))
    assert (forth.state, forth.rollback_of_id, forth.name) == (
        "completed",
        back.pk,
        "Roll back: Roll back: ",
    )
    assert merchant.prices() == after
    # And the job may be taken back once more.
    again = desk.plan_rollback(job)
    assert merchant.prices() == after
    assert again.planned_changes == len(goals(job))


@pytest.mark.usefixtures("merchant")
def test_two_open_ways_back_of_the_same_rows_are_refused(desk: TestDesk) -> None:
    job = desk.run(desk.plan("", UP))
    ids = list(job.results.order_by("id").values_list("id", flat=True))
    desk.plan_rollback(job, ids[:3])
    desk.plan_rollback(job, ids[3:6])
    for chosen in (ids[2:4], None):
        with pytest.raises(Refused) as refused:
            desk.plan_rollback(job, chosen)
        assert refused.value.code == "undo_open"
    with pytest.raises(Refused) as refused:
        desk.plan_rollback(job, [ids[-1] + 1_000])
    assert refused.value.code == "nothing_to_undo"


def test_only_the_failed_ones_are_run_again(desk: TestDesk, merchant: Merchant) -> None:
    job = desk.plan("", UP)
    victim = job.plan.filter(skip="").latest("position").product_vendor_id
    merchant.act("suspend-product", product_id=victim)
    done = desk.run(job)
    merchant.act("suspend-product", product_id=victim, suspended=False)
    of_victim = set(
        job.plan.filter(product_vendor_id=victim).values_list("variant_vendor_id", flat=True)
    )
    with pytest.raises(Refused) as refused:
        run_again(job=done, actor_id=None, outcomes=[Outcome.CONFLICT])
    assert refused.value.code == "nothing_to_repeat"
    again = run_again(job=done, actor_id=desk.person.pk)
    work(Group.HEAVY)
    again.refresh_from_db()
    assert set(goals(again)) == of_victim
    before = merchant.prices()
    ended = desk.run(again)
    assert (ended.state, ended.applied) == ("completed", len(of_victim))
    assert merchant.prices() == expected_after(before, again)


def test_a_stop_in_the_middle_of_a_write_keeps_what_that_write_did(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.plan("", UP)
    before = merchant.prices()
    real = engine._wire
    stopped: list[bool] = []

    def wire(row: PlannedRow) -> object:
        # The call is being made while somebody presses Stop.
        if not stopped:
            stopped.append(True)
            cancel(job=job, actor_id=desk.person.pk)
        return real(row)

    monkeypatch.setattr(engine, "_wire", wire)
    done = desk.run(job)
    written = set(
        done.results.filter(outcome="applied").values_list("variant__vendor_id", flat=True)
    )
    products = job.plan.filter(variant_vendor_id__in=written).values("product_vendor_id").distinct()
    assert (done.state, products.count()) == ("cancelled", 1)
    assert merchant.prices() == {v: goals(job)[v] if v in written else before[v] for v in before}
    assert done.results.filter(outcome="intended").count() == 0
    assert done.applied + done.skipped == done.planned_changes + done.planned_skips


def test_a_product_deleted_in_the_middle_of_a_run_fails_alone(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.plan("", UP)
    before = merchant.prices()
    victim = job.plan.filter(skip="").latest("position").product_vendor_id
    of_victim = set(
        job.plan.filter(product_vendor_id=victim).values_list("variant_vendor_id", flat=True)
    )
    real = engine._Batch.write_product
    deleted: list[bool] = []

    def writing(batch: engine._Batch, rows: list[PlannedRow]) -> None:
        if not deleted:
            deleted.append(True)
            merchant.act("delete-product", product_id=victim)
        real(batch, rows)

    monkeypatch.setattr(engine._Batch, "write_product", writing)
    done = desk.run(job)
    wanted = expected_after(before, job)
    assert merchant.prices() == {v: tag for v, tag in wanted.items() if v not in of_victim}
    reasons = {r.reason for r in done.results.filter(outcome="failed")}
    assert (done.state, done.failed, done.applied) == (
        "completed",
        len(of_victim),
        len(wanted) - len(of_victim),
    )
    assert reasons == {"Shopify refused it: Product does not exist"}
    # And the way back of the job leaves it alone.
    undo = desk.run(desk.plan_rollback(done))
    assert (undo.state, undo.failed, undo.conflict) == ("completed", 0, 0)
