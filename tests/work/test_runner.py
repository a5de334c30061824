"""What becomes of a job: done, retried, waiting, parked, dead; and that effects happen once."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.db import connection as database

from foundation.failures import Misconfigured, Parked, Permanent, Transient, Wait
from foundation.shops.models import Shop
from foundation.tracing import current_request_id, request_scope
from foundation.work import registry
from foundation.work.api import Group, enqueue, on, release
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.runner import RECOVERY_MINUTES, backoff, run_batch

from .conftest import minutes_until, pass_time, states

pytestmark = pytest.mark.django_db


def raising(error: Exception) -> Callable[..., None]:
    """Return something to do after noting."""

    def then(_job: Any, **_: Any) -> None:
        raise error

    return then


def renamed(shop_id: Any) -> str:
    """Return the shop's name, the effect of the tests' handlers."""
    return Shop.objects.get(pk=shop_id).name


def test_effect_and_done_are_one(noting: Callable[..., Any], shop: Shop) -> None:
    def rename(job: Any, **_: Any) -> None:
        Shop.objects.filter(pk=job.shop_id).update(name="New")

    noting(then=rename)
    enqueue("t.note", shop_id=shop.pk)

    assert run_batch(Group.FAST) == 1
    assert run_batch(Group.FAST) == 0
    job = Job.objects.get()
    assert (job.state, job.attempts, job.lease_token, job.error) == ("done", 1, None, "")
    assert job.finished_at is not None
    assert renamed(shop.pk) == "New"


def test_what_fails_leaves_no_effect(noting: Callable[..., Any], shop: Shop) -> None:
    def rename_then_fail(job: Any, **_: Any) -> None:
        Shop.objects.filter(pk=job.shop_id).update(name="New")
        raise Transient("The vendor did not answer.")

    noting(then=rename_then_fail)
    enqueue("t.note", shop_id=shop.pk)
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.failure_kind, job.error) == (
        "queued",
        "transient",
        "The vendor did not answer.",
    )
    assert renamed(shop.pk) == "Demo"


def test_a_failing_job_does_not_harm_its_neighbours(
    noting: Callable[..., Any], ran: list[Any], shop: Shop
) -> None:
    def sometimes(_job: Any, n: int) -> None:
        if n == 1:
            with database.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        Shop.objects.filter(pk=shop.pk).update(timezone=f"n{n}")

    noting(then=sometimes)
    for n in range(3):
        enqueue("t.note", {"n": n}, shop_id=shop.pk)

    assert run_batch(Group.FAST) == 3
    assert ran == [0, 1, 2]
    assert states() == [("t.note", "done"), ("t.note", "dead"), ("t.note", "done")]
    assert "division by zero" in Job.objects.get(payload__n=1).error
    shop.refresh_from_db()
    assert shop.timezone == "n2"


def test_fast_retries_then_a_dead_letter_then_the_slow_schedule_then_escalation(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    told: list[Any] = []

    def died(_job: Any, **facts: Any) -> None:
        told.append((facts["task"], facts["escalated"]))

    died.__module__ = "t.handlers"
    on("work.job_died")(died)
    noting(then=raising(Transient("Not now.")), max_attempts=3)
    job_id = enqueue("t.note")

    for _ in range(3):
        run_batch(Group.FAST)
        pass_time(10)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts, job.recovery_step) == ("dead", 3, 0)
    assert job.error == "Not now. Tried 3 times."
    assert minutes_until("recover_at", job_id) == RECOVERY_MINUTES[0] - 10

    for step, minutes in enumerate(RECOVERY_MINUTES, start=1):
        assert sweep()["recovering"] == 0
        pass_time(minutes)
        assert sweep()["recovering"] == 1
        run_batch(Group.FAST)
        job.refresh_from_db()
        assert (job.state, job.recovery_step, job.attempts) == ("dead", step, 3)
    assert job.recover_at is None
    assert job.escalated_at is not None
    run_batch(Group.FAST)
    assert told == [("t.note", False)] * len(RECOVERY_MINUTES) + [("t.note", True)]
    assert len(ran) == 3 + len(RECOVERY_MINUTES)


def test_backoff_is_full_jitter_with_a_cap() -> None:
    class Highest:
        def uniform(self, low: float, high: float) -> float:
            assert low == 0
            return high

    rng: Any = Highest()
    assert [backoff(n, rng) for n in (1, 2, 5, 9)] == [4.0, 8.0, 64.0, 300.0]


def test_the_vendor_s_own_wish_is_kept(noting: Callable[..., Any]) -> None:
    noting(then=raising(Transient("429", retry_after=dt.timedelta(minutes=7))))
    job_id = enqueue("t.note")
    run_batch(Group.FAST)

    assert minutes_until("run_after", job_id) == 7.0


def test_permanent_is_dead_at_once_and_escalated(noting: Callable[..., Any]) -> None:
    noting(then=raising(Permanent("The file is empty.")))
    enqueue("t.note")
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.failure_kind, job.attempts, job.recover_at) == (
        "dead",
        "permanent",
        1,
        None,
    )
    assert job.escalated_at is not None


def test_a_bug_is_dead_with_its_traceback(noting: Callable[..., Any]) -> None:
    noting(then=raising(ValueError("no")))
    enqueue("t.note")
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.failure_kind, job.error) == ("dead", "bug", "ValueError: no")
    assert "raise error" in job.traceback


def test_waiting_is_not_an_attempt(noting: Callable[..., Any]) -> None:
    noting(then=raising(Wait(seconds=120, why="300 points are missing.")))
    job_id = enqueue("t.note")
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.attempts, job.waiting_for) == ("queued", 0, "300 points are missing.")
    assert minutes_until("run_after", job_id) == 2.0


def test_parked_jobs_run_when_their_key_is_released(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    noting("t.parked", then=raising(Parked(key="shop:1", why="Frozen.")))
    connection_id = uuid4()
    noting("t.token", then=raising(Misconfigured("401", connection_id=connection_id)))
    enqueue("t.parked")
    enqueue("t.token")
    run_batch(Group.FAST)

    assert list(
        Job.objects.order_by("pk").values_list("state", "attempts", "parked_key", "waiting_for")
    ) == [
        ("parked", 0, "shop:1", "Frozen."),
        ("parked", 0, f"connection:{connection_id}", "401"),
    ]
    assert run_batch(Group.FAST) == 0
    assert release("shop:2") == 0
    assert release("shop:1") == 1
    registry._tasks.clear()
    noting("t.parked")
    noting("t.token")
    ran.clear()
    assert run_batch(Group.FAST) == 1
    assert states() == [("t.parked", "done"), ("t.token", "parked")]


def test_an_unknown_name_is_kept_for_the_release_that_knows_it(noting: Callable[..., Any]) -> None:
    noting("t.newer")
    enqueue("t.newer")
    registry._tasks.clear()
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.error) == ("dead", "No running code knows a task called t.newer.")
    assert minutes_until("recover_at", job.pk) == 15.0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stumbles_costs_an_attempt_and_nothing_else(
    noting: Callable[..., Any],
) -> None:
    noting(then=raising(OperationalError("deadlock detected")))
    enqueue("t.note")
    run_batch(Group.FAST)

    job = Job.objects.get()
    assert (job.state, job.error) == (
        "queued",
        "The database did not answer: deadlock detected",
    )


def test_a_job_carries_the_id_of_the_request_that_caused_it(noting: Callable[..., Any]) -> None:
    seen: list[str] = []

    def look(_job: Any, **_: Any) -> None:
        seen.append(current_request_id())

    noting(then=look)
    with request_scope("abc-1"):
        enqueue("t.note")
    enqueue("t.note")
    run_batch(Group.FAST)

    assert seen == ["abc-1", ""]
