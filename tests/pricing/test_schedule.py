"""Runs and ends at a time: once, in order, and never over somebody's later edit."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection as database
from django.utils import timezone

from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import expected_after, goals
from foundation.audit.models import AuditEvent
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.api import IllegalMove, Refused, cancel, change_end, confirm, roll_back
from pricing.models import PricingJob
from pricing.services import run_due
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

SOON = dt.timedelta(hours=2)


def schedule(
    desk: TestDesk, *, run: dt.timedelta | None = None, end: dt.timedelta | None = None
) -> PricingJob:
    job, now = desk.plan(), timezone.now()
    confirm(
        job=job,
        plan_hash=job.plan_hash,
        actor_id=desk.person.pk,
        run_at=None if run is None else now + run,
        ends_at=None if end is None else now + end,
    )
    job.refresh_from_db()
    return job


def pass_time(job: PricingJob, **columns: dt.datetime | None) -> None:
    PricingJob.objects.filter(pk=job.pk).update(**columns)


def test_a_scheduled_run_begins_once_and_ends_by_itself(desk: TestDesk, merchant: Merchant) -> None:
    before, since = merchant.prices(), merchant.last_effect()
    job = schedule(desk, run=SOON, end=2 * SOON)
    assert job.state == "scheduled"
    # Looked at in that very moment, beside the minute's tick.
    assert list(Job.objects.filter(name="pricing.run_due").values_list("run_after", flat=True)) == [
        job.run_at
    ]
    assert run_due() == 0
    pass_time(job, run_at=timezone.now())

    def tick() -> None:
        run_due()
        database.close()

    threads = [threading.Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.filter(name="pricing.start_run").count() == 1
    work(Group.HEAVY, Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, merchant.prices()) == ("completed", expected_after(before, job))
    # Somebody's edit during the sale outlives its end.
    edited = min(goals(job))
    merchant.edit([(edited, Decimal("66.70"))])
    pass_time(job, ends_at=timezone.now())
    assert (run_due(), run_due()) == (1, 0)
    work(Group.HEAVY, Group.FAST, Group.HEAVY, Group.REMOTE)
    end = job.rollbacks.get()
    assert (end.state, end.name, end.applied, end.conflict) == (
        "completed",
        "End of: Ten percent off",
        job.applied - 1,
        1,
    )
    compare = before[edited][1]
    assert merchant.prices() == {**before, edited: (Decimal("66.70"), compare)}
    ours = effective_changes(merchant, since)
    assert {v: n for v, n in ours.items() if n > (1 if v == edited else 2)} == {}
    job.refresh_from_db()
    assert job.ends_at is None


@pytest.mark.parametrize(
    ("run", "end", "code"),
    [
        (-SOON, None, "run_at_wrong"),
        (dt.timedelta(days=400), None, "run_at_wrong"),
        (None, -SOON, "ends_at_wrong"),
        (2 * SOON, SOON, "ends_at_wrong"),
        (SOON, dt.timedelta(days=800), "ends_at_wrong"),
    ],
)
@pytest.mark.usefixtures("merchant")
def test_times_that_make_no_sense_are_refused(
    desk: TestDesk, run: dt.timedelta | None, end: dt.timedelta | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        schedule(desk, run=run, end=end)
    job = PricingJob.objects.get()
    assert (refused.value.code, job.state, job.run_at, job.ends_at) == (code, "planned", None, None)


def test_a_cancelled_schedule_never_begins(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = schedule(desk, run=SOON)
    cancel(job=job, actor_id=desk.person.pk)
    pass_time(job, run_at=timezone.now())
    assert run_due() == 0
    work(Group.HEAVY, Group.REMOTE)
    assert merchant.prices() == before
    with pytest.raises(IllegalMove):
        confirm(job=job, plan_hash=job.plan_hash, actor_id=desk.person.pk)


def test_an_end_can_be_moved_and_dropped(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = schedule(desk, end=SOON)
    work(Group.HEAVY, Group.REMOTE)
    later = timezone.now() + 3 * SOON
    change_end(job=job, ends_at=later, actor_id=desk.person.pk)
    job.refresh_from_db()
    assert job.ends_at == later
    with pytest.raises(Refused) as refused:
        change_end(job=job, ends_at=timezone.now() - SOON, actor_id=desk.person.pk)
    assert refused.value.code == "ends_at_wrong"
    change_end(job=job, ends_at=None, actor_id=desk.person.pk)
    assert run_due() == 0
    assert merchant.prices() == expected_after(before, job)
    with pytest.raises(Refused) as refused:
        change_end(job=job, ends_at=later, actor_id=desk.person.pk)
    assert refused.value.code == "no_end"


@pytest.mark.usefixtures("merchant")
def test_an_end_beside_a_rollback_by_hand_leaves_it_to_the_person(desk: TestDesk) -> None:
    job = schedule(desk, end=SOON)
    work(Group.HEAVY, Group.REMOTE)
    job.refresh_from_db()
    mine = roll_back(job=job, actor_id=desk.person.pk)
    pass_time(job, ends_at=timezone.now())
    assert run_due() == 0
    assert list(job.rollbacks.all()) == [mine]
    event = AuditEvent.objects.get(verb="pricing.job.end_dropped")
    assert "is under way already" in event.reason


def test_an_end_that_finds_nothing_to_take_back_is_over(desk: TestDesk, merchant: Merchant) -> None:
    before = merchant.prices()
    job = schedule(desk, end=SOON)
    work(Group.HEAVY, Group.REMOTE)
    job.refresh_from_db()
    assert desk.run(desk.plan_rollback(job)).state == "completed"
    pass_time(job, ends_at=timezone.now())
    run_due()
    work(Group.HEAVY, Group.FAST, Group.HEAVY, Group.REMOTE)
    end = job.rollbacks.latest("created_at")
    assert (end.name, end.state, end.applied) == ("End of: Ten percent off", "completed", 0)
    assert merchant.prices() == before
