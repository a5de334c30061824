"""Dead and slow workers: the lease, the fence, the sweep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from foundation.failures import Parked, Transient
from foundation.shops.models import Shop
from foundation.work.api import Cancelled, Group, LeaseLost, NewJob, cancel, enqueue, enqueue_many
from foundation.work.claim import claim
from foundation.work.contracts import TaskSpec
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.registry import spec_of
from foundation.work.runner import run_batch, run_one
from foundation.work.running import Running

from .conftest import pass_time, states

pytestmark = pytest.mark.django_db


def running(job: Any) -> Running:
    """Take a claimed job in hand, as the runner does."""
    spec = spec_of(job.name)
    assert isinstance(spec, TaskSpec)
    return Running(job, spec)


def test_a_silent_worker_s_job_is_run_by_another_and_its_result_refused(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    noting()
    enqueue("t.note", {"n": 1})
    (slow,) = claim(Group.FAST)
    assert sweep()["expired"] == 0
    pass_time(1)
    assert sweep()["expired"] == 1
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("queued", 1)
    assert job.error.endswith("fell silent while running it (attempt 1).")

    run_batch(Group.FAST)
    assert (ran, states()) == ([1], [("t.note", "done")])

    with pytest.raises(LeaseLost):
        running(slow).fence()
    run_one(slow)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_kills_its_workers_ends_as_a_dead_letter(noting: Callable[..., Any]) -> None:
    noting(max_attempts=2)
    enqueue("t.note")
    for _ in range(2):
        assert len(claim(Group.FAST)) == 1
        pass_time(1)
        sweep()

    job = Job.objects.get()
    assert (job.state, job.attempts, job.failure_kind) == ("dead", 2, "transient")
    assert job.recover_at is not None


def test_a_long_job_keeps_its_lease_by_its_heartbeat(noting: Callable[..., Any]) -> None:
    noting()
    enqueue("t.note")
    (claimed,) = claim(Group.FAST)
    job = running(claimed)
    job._lease_until -= 20
    pass_time(20 / 60)
    job.heartbeat()
    pass_time(20 / 60)

    assert sweep()["expired"] == 0
    assert 29 < job.seconds_left() <= 30


def test_a_moved_checkpoint_gives_the_attempts_back(noting: Callable[..., Any]) -> None:
    noting(max_attempts=2)
    enqueue("t.note")
    for n in range(4):
        (claimed,) = claim(Group.FAST)
        assert claimed.checkpoint == ({"line": n - 1} if n else None)
        running(claimed).save_checkpoint({"line": n})
        pass_time(1)
        sweep()

    assert states() == [("t.note", "queued")]


@pytest.mark.django_db(transaction=True)
def test_a_stopped_worker_that_wakes_up_late_changes_nothing(
    noting: Callable[..., Any], shop: Shop
) -> None:
    """A worker is frozen in the middle of its job, beyond its lease, and goes on afterwards."""
    inside, go_on = Event(), Event()
    runs: list[str] = []

    def rename(job: Any, **_: Any) -> None:
        runs.append("run")
        if len(runs) == 1:
            inside.set()
            assert go_on.wait(20)
        Shop.objects.filter(pk=job.shop_id).update(name=f"run {len(runs)}")

    noting(then=rename)
    enqueue("t.note", shop_id=shop.pk)

    def first() -> None:
        try:
            run_batch(Group.FAST)
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        frozen = pool.submit(first)
        assert inside.wait(20)
        pass_time(1)
        assert sweep()["expired"] == 1
        run_batch(Group.FAST)
        shop.refresh_from_db()
        assert shop.name == "run 2"
        Shop.objects.filter(pk=shop.pk).update(name="a person's")
        go_on.set()
        frozen.result(20)

    shop.refresh_from_db()
    assert (shop.name, len(runs), states()) == ("a person's", 2, [("t.note", "done")])


@pytest.mark.django_db(transaction=True)
def test_the_fence_holds_the_sweep_off_until_the_result_is_written(
    noting: Callable[..., Any],
) -> None:
    noting()
    enqueue("t.note")
    (claimed,) = claim(Group.FAST)
    pass_time(1)

    def sweep_elsewhere() -> int:
        try:
            return sweep()["expired"]
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            running(claimed).fence()
            assert pool.submit(sweep_elsewhere).result(20) == 0
        assert pool.submit(sweep_elsewhere).result(20) == 1
    with pytest.raises(LeaseLost):
        running(claimed).fence()


def test_cancel_ends_waiting_jobs_now_and_running_ones_at_their_next_step(
    noting: Callable[..., Any],
) -> None:
    noting()
    enqueue_many("t.note", [NewJob({"n": n}) for n in range(2)])
    (claimed,) = claim(Group.FAST, limit=1)
    assert cancel(Job.objects.all()) == 2

    assert sorted(states()) == [("t.note", "cancelled"), ("t.note", "running")]
    with pytest.raises(Cancelled):
        running(claimed).stop_if_cancelled()
    assert run_batch(Group.FAST) == 0
    assert cancel(Job.objects.filter(state="cancelled")) == 0


def test_what_was_cancelled_while_it_failed_is_not_run_again(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    def cancelled_meanwhile(job: Any, n: int) -> None:
        cancel(Job.objects.filter(pk=job.id))
        transaction.on_commit(lambda: None)
        raise (Transient("Not now."), Parked(key="k", why="Later."))[n]

    # Not atomic: the cancellation by somebody else is committed while the handler runs.
    noting(then=cancelled_meanwhile, atomic=False)
    enqueue_many("t.note", [NewJob({"n": n}) for n in range(2)])
    run_batch(Group.FAST)
    assert states() == [("t.note", "queued")] * 2
    run_batch(Group.FAST)

    assert states() == [("t.note", "cancelled")] * 2
    assert sorted(ran) == [0, 1]


def test_an_expired_lease_of_a_cancelled_job_ends_it(noting: Callable[..., Any]) -> None:
    noting()
    enqueue("t.note")
    claim(Group.FAST)
    cancel(Job.objects.all())
    pass_time(1)
    sweep()

    assert states() == [("t.note", "cancelled")]
