"""Order, fairness between shops, and that a row is claimed by one worker only."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from foundation.shops.models import Shop
from foundation.work.api import Group, NewJob, enqueue, enqueue_many
from foundation.work.claim import claim, due_groups
from foundation.work.models import Job
from foundation.work.runner import run_batch
from tests import factories

from .conftest import sql

pytestmark = pytest.mark.django_db


def test_urgent_first_then_the_oldest(noting: Callable[..., Any], ran: list[Any]) -> None:
    noting()
    now = timezone.now()
    enqueue("t.note", {"n": "late"}, run_after=now - dt.timedelta(minutes=1))
    enqueue("t.note", {"n": "early"}, run_after=now - dt.timedelta(minutes=2))
    enqueue("t.note", {"n": "future"}, run_after=now + dt.timedelta(minutes=1))
    enqueue("t.note", {"n": "urgent"}, priority=10)

    assert run_batch(Group.FAST) == 3
    assert ran == ["urgent", "early", "late"]
    assert Job.objects.get(payload__n="future").state == "queued"


@pytest.mark.parametrize("of_a_shop", [True, False])
def test_of_one_moment_the_first_made_comes_first(
    noting: Callable[..., Any], shop: Shop, of_a_shop: bool
) -> None:
    """Rows of one INSERT share their time: their ids decide, wherever PostgreSQL has put them."""
    noting()
    sql(
        'INSERT INTO work_job (id, name, "group", shop_id, run_after)'
        " SELECT id, 't.note', 'fast', %s, now() FROM generate_series(30, 1, -1) AS id",
        shop.pk if of_a_shop else None,
    )

    claimed = [[job.id for job in claim(Group.FAST, limit=10)] for _ in range(3)]
    assert claimed == [[*range(1, 11)], [*range(11, 21)], [*range(21, 31)]]


def test_a_group_takes_only_its_own(noting: Callable[..., Any], ran: list[Any]) -> None:
    noting("t.fast")
    noting("t.remote", group="remote")
    enqueue("t.fast", {"n": "fast"})
    enqueue("t.remote", {"n": "remote"})

    assert sorted(due_groups()) == ["fast", "remote"]
    assert run_batch(Group.HEAVY) == 0
    assert run_batch(Group.REMOTE) == 1
    assert ran == ["remote"]
    assert due_groups() == ["fast"]


def test_shops_take_turns_however_much_one_has_queued(
    noting: Callable[..., Any], shop: Shop, stranger: Any
) -> None:
    noting()
    other = stranger.memberships.get().shop
    enqueue_many("t.note", [NewJob({"n": n}) for n in range(500)], shop_id=shop.pk)
    enqueue_many("t.note", [NewJob({"n": n}) for n in range(3)], shop_id=other.pk)
    enqueue_many("t.note", [NewJob({"n": n}) for n in range(2)])

    claimed = claim(Group.FAST, limit=10)

    assert sorted(str(job.shop_id) for job in claimed) == sorted(
        [str(shop.pk)] * 5 + [str(other.pk)] * 3 + ["None"] * 2
    )


def test_priority_comes_before_fairness(
    noting: Callable[..., Any], shop: Shop, stranger: Any
) -> None:
    noting()
    other = stranger.memberships.get().shop
    enqueue_many("t.note", [NewJob({}) for _ in range(5)], shop_id=shop.pk, priority=10)
    enqueue_many("t.note", [NewJob({}) for _ in range(5)], shop_id=other.pk, priority=50)

    assert {job.shop_id for job in claim(Group.FAST, limit=5)} == {shop.pk}


@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_the_queue_without_a_double(noting: Callable[..., Any]) -> None:
    noting()
    owner = factories.user("o@example.com")
    shops = [factories.shop(f"Shop {n}", owner) for n in range(4)]
    for one in shops:
        enqueue_many("t.note", [NewJob({}) for _ in range(100)], shop_id=one.pk)
    barrier = Barrier(8)

    def work() -> list[int]:
        try:
            mine: list[int] = []
            barrier.wait(timeout=20)
            while claimed := claim(Group.FAST, limit=7):
                mine += [job.id for job in claimed]
            return mine
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        taken = [
            job_id for future in [pool.submit(work) for _ in range(8)] for job_id in future.result()
        ]

    # SKIP LOCKED may show a worker an empty queue while others hold the last rows: none is
    # taken twice, and what is left is taken by the next claim.
    taken += [job.id for job in claim(Group.FAST, limit=400)]
    assert len(taken) == 400
    assert set(taken) == set(Job.objects.values_list("pk", flat=True))
