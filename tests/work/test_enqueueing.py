"""Keys, events, parents and children, replay, the schedule, pruning."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from foundation.audit.models import AuditEvent
from foundation.failures import Permanent, Transient
from foundation.shops.models import Shop, User
from foundation.work.api import (
    Entry,
    Group,
    NewJob,
    discard,
    enqueue,
    enqueue_many,
    on,
    publish,
    replay,
    set_continuation,
)
from foundation.work.claim import claim
from foundation.work.models import Job, ScheduleSlot
from foundation.work.recovery import sweep
from foundation.work.runner import run_batch
from foundation.work.schedule import claim_due_slots, prune_slots
from foundation.work.services import prune

from .conftest import pass_time, sql, states

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 12, 0, 30, tzinfo=dt.UTC)


def listener(name: str, heard: list[Any]) -> None:
    """Listen to the event ``t.happened``."""

    def handler(_job: Any, **payload: Any) -> None:
        heard.append((name, payload))

    handler.__module__, handler.__name__, handler.__qualname__ = "t.handlers", name, name
    on("t.happened")(handler)


def test_a_rolled_back_transaction_leaves_no_job(noting: Callable[..., Any]) -> None:
    noting()

    @transaction.atomic
    def fail() -> None:
        enqueue("t.note")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert states() == []


def test_a_name_nobody_runs_is_refused() -> None:
    with pytest.raises(LookupError, match=r"No task is called 't\.none'"):
        enqueue("t.none")


def test_one_unfinished_job_per_key(noting: Callable[..., Any], ran: list[Any]) -> None:
    noting()
    first = enqueue("t.note", {"n": 1}, unique_key="k")
    assert enqueue("t.note", {"n": 2}, unique_key="k") == first
    assert enqueue_many("t.note", [NewJob({}, "k"), NewJob({}, "k")]) == [first]
    run_batch(Group.FAST)
    assert ran == [1]

    second = enqueue("t.note", {"n": 3}, unique_key="k")
    assert second != first
    assert states() == [("t.note", "done"), ("t.note", "queued")]


def test_asked_for_again_while_it_runs_it_runs_once_more(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    def ask(_job: Any, **_: Any) -> None:
        if len(ran) == 1:
            for rerun in (True, False, True):
                enqueue("t.note", {"n": 2}, unique_key="k", rerun_if_running=rerun)

    noting(then=ask, atomic=False)
    enqueue("t.note", {"n": 1}, unique_key="k")

    assert [run_batch(Group.FAST) for _ in range(3)] == [1, 1, 0]
    assert ran == [1, 1]
    assert states() == [("t.note", "done")]


def test_an_event_is_one_job_per_listener_with_the_same_event_id(shop: Shop) -> None:
    heard: list[Any] = []
    listener("first", heard)
    listener("second", heard)

    assert publish("t.happened", shop_id=shop.pk, ids=[1, 2]) == 2
    assert publish("t.unheard", shop_id=shop.pk) == 0
    rows = list(Job.objects.values_list("event_id", "shop_id"))
    assert len(set(rows)) == 1
    run_batch(Group.FAST)
    assert sorted(heard, key=str) == [("first", {"ids": [1, 2]}), ("second", {"ids": [1, 2]})]


def test_the_last_child_finishes_the_parent_and_starts_what_follows(
    noting: Callable[..., Any], ran: list[Any], shop: Shop
) -> None:
    def fan_out(job: Any, **_: Any) -> None:
        enqueue_many("t.part", [NewJob({"n": f"part {n}"}) for n in range(3)], parent_id=job.id)
        set_continuation(job.id, "t.end", {"n": "end"})

    noting("t.whole", then=fan_out)
    noting("t.part", group="remote")
    noting("t.end")
    parent = enqueue("t.whole", {"n": "whole"}, shop_id=shop.pk)
    run_batch(Group.FAST)
    assert states()[0] == ("t.whole", "waiting")
    run_batch(Group.REMOTE, limit=2)
    row = Job.objects.get(pk=parent)
    assert (row.state, row.open_children, row.total_children) == ("waiting", 1, 3)
    assert run_batch(Group.FAST) == 0
    run_batch(Group.REMOTE)
    assert Job.objects.get(pk=parent).state == "done"
    run_batch(Group.FAST)

    assert ran == ["whole", "part 0", "part 1", "part 2", "end"]
    assert {state for _, state in states()} == {"done"}
    assert Job.objects.get(name="t.end").shop_id == shop.pk


def test_a_parent_without_children_goes_on_at_once(
    noting: Callable[..., Any], ran: list[Any]
) -> None:
    noting("t.whole", then=lambda job, **_: set_continuation(job.id, "t.end", {"n": "end"}))
    noting("t.end")
    enqueue("t.whole", {"n": "whole"})
    run_batch(Group.FAST)
    run_batch(Group.FAST)

    assert ran == ["whole", "end"]


def test_a_job_that_exists_already_is_nobody_s_child(noting: Callable[..., Any]) -> None:
    noting("t.part", group="remote")
    enqueue("t.part", unique_key="k")
    noting(
        "t.whole",
        then=lambda job, **_: enqueue_many(
            "t.part", [NewJob({}, "k"), NewJob({}, "new")], parent_id=job.id
        ),
    )
    parent = enqueue("t.whole")
    run_batch(Group.FAST)
    assert Job.objects.get(pk=parent).total_children == 1
    while run_batch(Group.REMOTE):
        pass

    assert Job.objects.get(pk=parent).state == "done"


def test_a_dead_child_keeps_its_parent_waiting_until_it_is_discarded(
    noting: Callable[..., Any], owner: User, shop: Shop
) -> None:
    def fail(_job: Any, **_: Any) -> None:
        raise Permanent("No.")

    noting("t.part", then=fail, group="remote")
    noting("t.whole", then=lambda job, **_: enqueue_many("t.part", [NewJob({})], parent_id=job.id))
    enqueue("t.whole", shop_id=shop.pk)
    run_batch(Group.FAST)
    run_batch(Group.REMOTE)
    assert states() == [("t.whole", "waiting"), ("t.part", "dead")]

    assert discard(Job.objects.all(), actor_id=owner.pk, reason="It is not needed.") == 1
    assert states() == [("t.whole", "done"), ("t.part", "cancelled")]


@pytest.mark.django_db(transaction=True)
def test_children_ending_at_the_same_time_are_all_counted(noting: Callable[..., Any]) -> None:
    noting("t.part", group="remote")
    noting("t.end")

    def fan_out(job: Any, **_: Any) -> None:
        enqueue_many("t.part", [NewJob({}) for _ in range(24)], parent_id=job.id)
        set_continuation(job.id, "t.end", {})

    noting("t.whole", then=fan_out)
    parent = enqueue("t.whole")
    run_batch(Group.FAST)
    barrier = Barrier(6)

    def work() -> None:
        try:
            barrier.wait(20)
            while run_batch(Group.REMOTE, limit=1):
                pass
        finally:
            database.close()

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(work) for _ in range(6)]:
            future.result(30)
    while run_batch(Group.REMOTE):
        pass

    row = Job.objects.get(pk=parent)
    assert (row.state, row.open_children) == ("done", 0)
    assert Job.objects.filter(name="t.end").count() == 1


def test_replay_gives_all_attempts_and_success_is_told(
    noting: Callable[..., Any], ran: list[Any], owner: User, shop: Shop
) -> None:
    recovered: list[Any] = []

    def heard(_job: Any, **facts: Any) -> None:
        recovered.append(facts["task"])

    heard.__module__ = "t.handlers"
    on("work.job_recovered")(heard)

    def once(_job: Any, **_: Any) -> None:
        if len(ran) == 1:
            raise Permanent("The file is empty.")

    noting(then=once)
    job_id = enqueue("t.note", {"n": 1}, shop_id=shop.pk)
    run_batch(Group.FAST)

    assert replay(Job.objects.all(), actor_id=owner.pk) == 1
    assert replay(Job.objects.all(), actor_id=owner.pk) == 0
    run_batch(Group.FAST)
    run_batch(Group.FAST)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts, job.error, job.escalated_at) == ("done", 1, "", None)
    assert recovered == ["t.note"]
    assert list(
        AuditEvent.objects.filter(verb="work.dead.replayed").values_list("actor_id", "object_id")
    ) == [(owner.pk, str(job_id))]


def test_of_two_dead_twins_only_the_younger_comes_back(noting: Callable[..., Any]) -> None:
    def fail(_job: Any, **_: Any) -> None:
        raise Transient("Not now.")

    noting(then=fail, max_attempts=1)
    for _ in range(2):
        enqueue("t.note", unique_key="k")
        run_batch(Group.FAST)
    assert states() == [("t.note", "dead")] * 2

    assert replay(Job.objects.all()) == 1
    assert states() == [("t.note", "dead"), ("t.note", "queued")]
    run_batch(Group.FAST)
    pass_time(10_000)
    assert sweep()["recovering"] == 1
    assert states() == [("t.note", "dead"), ("t.note", "queued")]


def test_a_slot_happens_once_and_missed_ones_run_once(noting: Callable[..., Any]) -> None:
    noting("t.tick")
    entry = Entry("every minute", "t.tick", every=dt.timedelta(minutes=1))
    entries = [entry]

    assert claim_due_slots(entries, now=NOW) == ["every minute"]
    assert claim_due_slots(entries, now=NOW + dt.timedelta(seconds=20)) == []
    run_batch(Group.FAST)
    # An hour without a beat: one run, not sixty.
    assert claim_due_slots(entries, now=NOW + dt.timedelta(hours=1)) == ["every minute"]
    assert claim_due_slots(entries, now=NOW + dt.timedelta(hours=1)) == []

    assert states() == [("t.tick", "done"), ("t.tick", "queued")]
    assert list(ScheduleSlot.objects.order_by("slot_at").values_list("slot_at", flat=True)) == [
        dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 21, 13, 0, tzinfo=dt.UTC),
    ]


def test_a_run_that_still_goes_on_is_not_joined_by_a_second(noting: Callable[..., Any]) -> None:
    noting("t.tick")
    entries = [Entry("every minute", "t.tick", every=dt.timedelta(minutes=1))]
    claim_due_slots(entries, now=NOW)
    claim(Group.FAST)
    claim_due_slots(entries, now=NOW + dt.timedelta(minutes=1))

    assert states() == [("t.tick", "running")]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_make_one_job(noting: Callable[..., Any]) -> None:
    noting("t.tick")
    entries = [Entry("daily", "t.tick", every=dt.timedelta(days=1), offset=dt.timedelta(hours=3))]
    barrier = Barrier(8)

    def beat() -> list[str]:
        try:
            barrier.wait(20)
            return claim_due_slots(entries, now=NOW)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = [f.result(20) for f in [pool.submit(beat) for _ in range(8)]]

    assert sorted(claimed) == [[]] * 7 + [["daily"]]
    assert states() == [("t.tick", "queued")]


def test_pruning_keeps_what_is_young_unfinished_or_has_children(
    noting: Callable[..., Any],
) -> None:
    noting()
    ids = enqueue_many("t.note", [NewJob({}) for _ in range(5)])
    parent, child, young, dead, queued = sorted(ids)
    end = "UPDATE work_job SET state = %s, finished_at = now() - %s::interval WHERE id = %s"
    sql(end, "cancelled", "15 days", parent)
    sql("UPDATE work_job SET state = 'queued', parent_id = %s WHERE id = %s", parent, child)
    sql(end, "done", "0 days", young)
    sql(end, "dead", "15 days", dead)

    assert prune(keep_days=14) == 0
    sql(end, "done", "15 days", child)
    assert [prune(keep_days=14) for _ in range(3)] == [1, 1, 0]
    assert sorted(Job.objects.values_list("pk", flat=True)) == [young, dead, queued]


def test_pruning_slots_keeps_the_latest_of_each() -> None:
    for name, days in (("a", 20), ("a", 16), ("b", 30), ("c", 20), ("c", 1)):
        ScheduleSlot.objects.create(
            name=name, slot_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        )

    assert prune_slots(keep_days=14) == 2
    assert sorted(ScheduleSlot.objects.values_list("name", flat=True)) == ["a", "b", "c"]
