"""Taking a campaign back: once, whoever asks how often, and never beside a trigger that runs."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from campaigns.enums import MoveCause
from campaigns.evaluating import evaluate_variants
from campaigns.models import Campaign, CampaignMove, CampaignVariant
from campaigns.services import roll_back
from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from foundation.work.enums import Group
from pricing.models import CoveredVariant, PricingJob
from tests.pricing.conftest import work
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, program_of, told

from .conftest import KEY, address, begun, pointers, state_of, work_names

in_database = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)


def back(program: Caller, campaign: Campaign, body: Any = None, **headers: str) -> Any:
    return program.send(address(campaign, "rollback"), body or {}, **headers)


@in_database
def test_it_is_taken_on(editor: Caller, active: Campaign, colleague: User) -> None:
    assert (active.variants_on, CoveredVariant.objects.count()) == (4, 4)
    assert "rollback" in editor.get(address(active)).json()["links"]
    answer = back(editor, active, {"reason": "A mistake"})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["status"], body["status_reason"], body["possible"]) == (
        "rolling_back",
        "A mistake",
        [],
    )
    assert set(body["links"]) == {"self", "variants", "moves", "ledger"}
    assert body["history"][-1]["actor"]["id"] == str(colleague.pk)
    work(Group.FAST)
    # Nothing had been written in the shop, so nothing has to be written to take it back.
    body = editor.get(address(active)).json()
    assert (body["counts"]["on"], state_of(active) in ("rolling_back", "rolled_back")) == (0, True)
    assert not CoveredVariant.objects.exclude(stack=[]).exists()
    taken = CampaignMove.objects.filter(campaign=active, kind="taken", cause="rollback")
    assert taken.count() == 4


@in_database
def test_twice_is_told(editor: Caller, active: Campaign) -> None:
    assert back(editor, active).status_code == 202
    problem = told(back(editor, active))
    assert problem == {
        "type": "/api/problems/illegal-move",
        "title": "Illegal move",
        "status": 409,
        "detail": "The campaign is being rolled back already. Look at it until it is rolled_back. "
        "Its status cannot be changed. Nothing was changed.",
        "instance": address(active, "rollback"),
        "code": "illegal-move",
        "state": "rolling_back",
        "possible": [],
    }
    assert work_names().count("campaigns.settle") == 2
    assert active.history.filter(after="rolling_back").count() == 1


@in_database
def test_a_repeated_request_is_answered_again(editor: Caller, active: Campaign) -> None:
    first, again = (back(editor, active, Idempotency_Key=KEY) for _ in range(2))
    assert (first.status_code, again.status_code, first.content) == (202, 202, again.content)
    assert again["Idempotency-Replayed"] == "true"
    assert active.history.filter(after="rolling_back").count() == 1


@in_database
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "has not begun: there is nothing to take back."),
        ("scheduled", "has not begun: there is nothing to take back."),
        ("ended", "has ended, and its prices were taken away then."),
        ("rolled_back", "is rolled back already."),
    ],
)
def test_nothing_to_take_back(editor: Caller, active: Campaign, state: str, said: str) -> None:
    Campaign.objects.filter(pk=active.pk).update(state=state)
    problem = told(back(editor, active))
    assert (problem["status"], problem["code"], problem["state"]) == (409, "illegal-move", state)
    assert problem["detail"].startswith(f"The campaign {said}")
    assert (state_of(active), CoveredVariant.objects.count()) == (state, 4)


@in_database
def test_one_that_is_paused(editor: Caller, active: Campaign) -> None:
    Campaign.objects.filter(pk=active.pk).update(state="paused")
    assert back(editor, active).json()["status"] == "rolling_back"


@in_database
def test_bad_bodies(editor: Caller, active: Campaign) -> None:
    for body, places in (
        ({"now": 1}, ["#/now"]),
        ({"reason": 5}, ["#/reason"]),
        ({"reason": "x" * 501}, ["#/reason"]),
    ):
        assert pointers(told(back(editor, active, body))) == places
    for raw in (b"[", b"[]", b"null", b'"x"', b'{"reason": NaN}'):
        assert told(editor.send(address(active, "rollback"), raw))["status"] == 400
    assert state_of(active) == "active"


@in_database
def test_who_may(viewer: Caller, intruder: Caller, active: Campaign) -> None:
    assert told(back(viewer, active))["code"] == "role-too-weak"
    assert told(back(intruder, active))["status"] == 404
    assert state_of(active) == "active"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def running(connection: Connection, colleague: User) -> Campaign:
    """An active campaign in a database that other threads see, too."""
    catalogue(connection)
    return begun(connection, colleague)


def somebody_waits() -> bool:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted "
            "AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def until_somebody_waits(ending: Future[Any]) -> None:
    """Wait until the other thread hangs on a lock of ours: what these tests are about."""
    for _ in range(500):
        if somebody_waits():
            return
        assert not ending.done(), "it did not wait"
        Event().wait(0.02)
    message = "nobody waited for a lock"
    raise AssertionError(message)


@in_threads
def test_a_rollback_waits_for_the_trigger_that_runs(
    running: Campaign, colleague: User, pool: ThreadPoolExecutor
) -> None:
    Variant.objects.update(stock=1)
    everything = list(Variant.objects.values_list("pk", flat=True))

    def roll() -> Any:
        try:
            return back(program_of(colleague), running)
        finally:
            database.close()

    with transaction.atomic():
        done = evaluate_variants(
            shop_id=running.shop_id,
            connection_id=running.connection_id,
            causes=dict.fromkeys(everything, MoveCause.STOCK),
        )
        assert (done.put, done.taken) == (2, 0)
        answer = pool.submit(roll)
        until_somebody_waits(answer)
        assert state_of(running) == "active"
    assert answer.result(30).status_code == 202
    work(Group.FAST)
    # What the trigger put in that moment is taken away with the rest.
    assert not CampaignVariant.objects.filter(on=True).exists()
    assert not CoveredVariant.objects.exclude(stack=[]).exists()
    kinds = CampaignMove.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["put"] * 6 + ["taken"] * 6


@in_threads
def test_a_trigger_that_comes_during_a_rollback_moves_nothing(
    running: Campaign, colleague: User, pool: ThreadPoolExecutor
) -> None:
    Variant.objects.update(stock=1)
    everything = list(Variant.objects.values_list("pk", flat=True))
    jobs = PricingJob.objects.count()

    def trigger() -> Any:
        try:
            return evaluate_variants(
                shop_id=running.shop_id,
                connection_id=running.connection_id,
                causes=dict.fromkeys(everything, MoveCause.STOCK),
            )
        finally:
            database.close()

    with transaction.atomic():
        roll_back(campaign=running, actor_id=colleague.pk)
        evaluated = pool.submit(trigger)
        until_somebody_waits(evaluated)
    done = evaluated.result(30)
    assert (done.asked, done.put, done.taken) == (0, 0, 0)
    assert CampaignMove.objects.filter(kind="put").count() == 4
    assert PricingJob.objects.count() == jobs
    work(Group.FAST)
    assert not CampaignVariant.objects.filter(on=True).exists()
    assert not CoveredVariant.objects.exclude(stack=[]).exists()


@in_threads
def test_of_two_at_once_one_is_taken_on(
    running: Campaign, colleague: User, pool: ThreadPoolExecutor
) -> None:
    start = Barrier(2)

    def roll() -> Any:
        program = program_of(colleague)
        start.wait(10)
        try:
            return back(program, running)
        finally:
            database.close()

    answers = [each.result(30) for each in [pool.submit(roll) for _ in range(2)]]
    assert sorted(each.status_code for each in answers) == [202, 409]
    assert running.history.filter(after="rolling_back").count() == 1
