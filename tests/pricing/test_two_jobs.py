"""Two jobs on the same variants: the second sees it in its plan and when it runs."""

from decimal import Decimal

import pytest
from django.utils import timezone

from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import expected_after, goals
from foundation.outbound.api import freeze_shop, unfreeze_shop
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch
from pricing import engine
from pricing.api import Action, simple_rule
from pricing.contracts import PlannedRow
from pricing.deciding import Reading
from pricing.enums import PlanWarning
from pricing.models import PricingJob, ProcessingResult
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

UP, UP_MORE = simple_rule(Action.AMOUNT, 3), simple_rule(Action.AMOUNT, 7)


def both_confirmed(desk: TestDesk) -> tuple[PricingJob, PricingJob]:
    first, second = desk.plan("First", UP), desk.plan("Second", UP_MORE)
    for job in (first, second):
        desk.confirm(job)
    work(Group.HEAVY)
    return first, second


def run_the_other() -> list[tuple[str, str]]:
    """Let whatever else is due run once, and tell where the batches stand."""
    run_batch(Group.REMOTE, limit=1)
    rows = Job.objects.filter(name="pricing.apply_batch").order_by("pk")
    return list(rows.values_list("state", "waiting_for"))


def test_the_second_sees_the_first_in_its_plan(desk: TestDesk) -> None:
    first = desk.plan("First", UP)
    assert first.plan_facts["warnings"].get("other_job") is None
    second = desk.plan("Second", UP_MORE)
    assert second.plan_facts["warnings"]["other_job"] == second.planned_changes
    bit = PlanWarning.OTHER_JOB.bit
    assert {row.warnings & bit for row in second.plan.filter(skip="")} == {bit}
    # A plan nobody can confirm any more promises nothing.
    PricingJob.objects.filter(pk__in=[first.pk, second.pk]).update(state="cancelled")
    third = desk.plan("Third", UP)
    assert third.plan_facts["warnings"].get("other_job") is None


def test_a_run_makes_other_plans_stale_until_they_are_made_again(
    desk: TestDesk, merchant: Merchant
) -> None:
    first, second = desk.plan("First", UP), desk.plan("Second", UP_MORE)
    desk.run(first)
    second.refresh_from_db()
    assert second.stale_rows == second.planned_changes
    # A price that moves once more is the same row.
    desk.run(desk.plan_rollback(first))
    second.refresh_from_db()
    assert second.stale_rows == second.planned_changes
    again = desk.replan(second)
    before = merchant.prices()
    assert (again.pk, again.stale_rows, again.state) == (second.pk, 0, "planned")
    done = desk.run(again)
    assert (done.conflict, merchant.prices()) == (0, expected_after(before, again))


def test_a_variant_is_written_by_one_job_at_a_time(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = merchant.last_effect()
    first, second = both_confirmed(desk)
    before, seen = merchant.prices(), []
    real = engine._Batch.write_product

    def writing(batch: engine._Batch, rows: list[PlannedRow]) -> None:
        monkeypatch.setattr(engine._Batch, "write_product", real)
        # The intents of one job stand, nothing is written yet: the other comes.
        seen.extend(run_the_other())
        real(batch, rows)

    monkeypatch.setattr(engine._Batch, "write_product", writing)
    run_batch(Group.REMOTE, limit=1)
    waiting = [why for state, why in seen if state == "queued"]
    assert [why.partition("” is writing")[1] for why in waiting] == ["” is writing"]
    Job.objects.filter(name="pricing.apply_batch", state="queued").update(run_after=timezone.now())
    work(Group.REMOTE)
    for job in (first, second):
        job.refresh_from_db()
    winner, loser = (first, second) if first.applied else (second, first)
    assert merchant.prices() == expected_after(before, winner)
    assert (winner.state, winner.applied) == ("completed", winner.planned_changes)
    assert (loser.state, loser.applied, loser.conflict) == ("completed", 0, loser.planned_changes)
    assert {r.reason for r in loser.results.filter(outcome="conflict")} == {
        f"Price job “{winner.name}” changed it since the plan; its price was kept."
    }
    assert max(effective_changes(merchant, since).values()) == 1


def test_what_was_read_before_the_other_wrote_is_read_again(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both_confirmed(desk)
    before = merchant.prices()
    real = engine._Batch.read

    def reading(batch: engine._Batch, rows: list[PlannedRow]) -> Reading:
        found = real(batch, rows)
        monkeypatch.setattr(engine._Batch, "read", real)
        # Between our reading and our intents the other job does all of its work.
        run_the_other()
        return found

    monkeypatch.setattr(engine._Batch, "read", reading)
    run_batch(Group.REMOTE, limit=1)
    Job.objects.filter(name="pricing.apply_batch", state="queued").update(run_after=timezone.now())
    work(Group.REMOTE)
    for job in (first, second):
        job.refresh_from_db()
    winner, loser = (first, second) if first.applied else (second, first)
    assert (winner.applied, loser.conflict) == (winner.planned_changes, loser.planned_changes)
    assert merchant.prices() == expected_after(before, winner)


def test_an_edit_by_hand_makes_a_waiting_plan_stale(desk: TestDesk, merchant: Merchant) -> None:
    from pricing.outside import note_prices_seen  # noqa: PLC0415 -- told as a webhook would

    job = desk.plan()
    variant = min(goals(job))
    for price, moment in (("77.70", "2026-11-24T10:00:00Z"), ("78.80", "2026-11-24T10:00:05Z")):
        note_prices_seen(
            shop_id=desk.shop_id,
            connection_id=desk.connection.pk,
            seen=[[variant, price, None, moment, "1.00", None]],
            request_id="",
        )
    job.refresh_from_db()
    assert job.stale_rows == 1
    later = desk.plan()
    assert later.plan_facts["warnings"]["edited_lately"] == 1
    assert Decimal(later.plan_facts["sum_before"]) == sum(
        (price for price, _ in (merchant.prices()[v] for v in goals(later))), Decimal(0)
    )


def test_a_frozen_shop_is_not_asked_by_two_jobs_in_turn(desk: TestDesk, merchant: Merchant) -> None:
    """The first one holds no intent while it waits, so the second does not look every second."""
    both_confirmed(desk)
    freeze_shop(desk.shop_id, reason="Somebody looks into it", actor_id=None)
    before = merchant.calls()
    work(Group.REMOTE)
    assert not ProcessingResult.objects.filter(outcome="intended").exists()
    waiting = Job.objects.filter(name="pricing.apply_batch")
    assert set(waiting.values_list("state", flat=True)) == {"parked"}
    assert merchant.calls() == before
    unfreeze_shop(desk.shop_id, actor_id=None)
