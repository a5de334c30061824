"""Pause, resume, stop: between two products, and nobody waits for what was never sent."""

from collections.abc import Callable

import pytest

from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import expected_after, goals
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch
from pricing import engine
from pricing.api import Action, IllegalMove, cancel, pause, resume, simple_rule
from pricing.contracts import PlannedRow
from pricing.models import PricingJob
from pricing.planning import writer
from pricing.services import run_due
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)


def after_first_product(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something once, right after the first product was written."""
    real = engine._Batch.write_product
    done: list[bool] = []

    def writing(batch: engine._Batch, rows: list[PlannedRow]) -> None:
        real(batch, rows)
        if not done:
            done.append(True)
            act()

    monkeypatch.setattr(engine._Batch, "write_product", writing)


def written(job: PricingJob) -> set[int]:
    rows = job.results.filter(outcome="applied")
    return set(rows.values_list("variant__vendor_id", flat=True))


def test_a_paused_run_rests_between_products_and_goes_on_once(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.plan()
    before, since = merchant.prices(), merchant.last_effect()
    after_first_product(monkeypatch, lambda: pause(job=job, actor_id=desk.person.pk))
    paused = desk.run(job)
    first = written(job)
    products = set(
        job.plan.filter(variant_vendor_id__in=first).values_list("product_vendor_id", flat=True)
    )
    assert (paused.state, len(products)) == ("paused", 1)
    # What was intended and never sent is forgotten: nobody has to wait for it.
    assert not job.results.filter(outcome="intended").exists()
    assert set(
        Job.objects.filter(name="pricing.apply_batch").values_list("state", "parked_key")
    ) == {("parked", f"pricing:{job.pk}")}
    assert merchant.prices() == {v: goals(job)[v] if v in first else before[v] for v in before}
    resume(job=job, actor_id=desk.person.pk)
    work(Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, job.applied) == ("completed", job.planned_changes)
    assert merchant.prices() == expected_after(before, job)
    assert max(effective_changes(merchant, since).values()) == 1
    states = list(job.history.values_list("after", flat=True))
    assert states == ["planning", "planned", "running", "paused", "running", "completed"]


def test_a_batch_that_parks_in_the_moment_of_the_resume_is_let_go(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.plan()
    before = merchant.prices()

    def pause_and_resume() -> None:
        pause(job=job, actor_id=desk.person.pk)
        monkeypatch.setattr(engine, "_is_paused", _resumed_meanwhile)

    def _resumed_meanwhile(target: PricingJob) -> bool:
        # It was read as paused; before the batch parks itself somebody resumes.
        monkeypatch.undo()
        resume(job=target, actor_id=desk.person.pk)
        return True

    after_first_product(monkeypatch, pause_and_resume)
    stuck = desk.run(job)
    assert stuck.state == "running"
    assert Job.objects.filter(name="pricing.apply_batch", state="parked").count() == 1
    run_due()
    work(Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, merchant.prices()) == ("completed", expected_after(before, job))


def test_pausing_before_the_first_product_and_stopping_while_paused(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PRODUCTS_PER_BATCH", 2)
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan()
    desk.confirm(job)
    pause(job=job, actor_id=desk.person.pk)
    work(Group.HEAVY, Group.REMOTE)
    # Not even handed out: the beginning of the run rests, too.
    assert list(Job.objects.filter(name="pricing.start_run").values_list("state", flat=True)) == [
        "parked"
    ]
    resume(job=job, actor_id=desk.person.pk)
    work(Group.HEAVY)
    run_batch(Group.REMOTE, limit=1)
    pause(job=job, actor_id=desk.person.pk)
    work(Group.REMOTE)
    first = written(job)
    with pytest.raises(IllegalMove):
        pause(job=job, actor_id=desk.person.pk)
    cancel(job=job, actor_id=desk.person.pk)
    work(Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, job.applied, len(first) > 0) == ("cancelled", len(first), True)
    assert job.results.count() == job.planned_changes + job.planned_skips
    assert merchant.prices() == {v: goals(job)[v] if v in first else before[v] for v in before}
    assert sum(effective_changes(merchant, since).values()) == len(first)
    with pytest.raises(IllegalMove):
        resume(job=job, actor_id=desk.person.pk)


def test_intents_of_a_dead_worker_are_settled_while_paused(
    desk: TestDesk, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.plan("", simple_rule(Action.AMOUNT, 2))
    before = merchant.prices()
    desk.confirm(job)
    work(Group.HEAVY)

    def die(_batch: engine._Batch, _rows: list[PlannedRow]) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(engine._Batch, "write_product", die)
        run_batch(Group.REMOTE, limit=1)
    left = job.results.filter(outcome="intended").count()
    pause(job=job, actor_id=desk.person.pk)
    Job.objects.filter(name="pricing.apply_batch").update(state="queued", error="")
    work(Group.REMOTE)
    assert (left > 0, job.results.filter(outcome="intended").count()) == (True, 0)
    assert merchant.prices() == before
    resume(job=job, actor_id=desk.person.pk)
    work(Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, merchant.prices()) == ("completed", expected_after(before, job))
