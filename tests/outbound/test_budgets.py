"""Budgets on PostgreSQL: never overspent, hardly underspent, fair to those who wait."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from foundation.failures import Permanent, Wait
from foundation.outbound.budgets import Allowance, PointsBudget
from foundation.outbound.contracts import Grant, Priority, Reading
from foundation.outbound.models import Budget
from foundation.outbound.prepaid import prepay

KEY = "shopify:test"

pytestmark = pytest.mark.django_db(transaction=True)


def budget(priority: Priority = Priority.NORMAL) -> PointsBudget:
    return PointsBudget(KEY, priority=priority)


def row(**values: Any) -> Budget:
    """A budget that hardly refills, so that levels can be compared."""
    given = {"capacity": 1000.0, "restore_rate": 0.001, "available": 1000.0, **values}
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    return Budget.objects.create(key=KEY, promised_until=long_ago, **given)


def level() -> float:
    return round(Budget.objects.get(key=KEY).available, 1)


def ahead() -> dt.datetime:
    """A level measured so late that nothing is restored while the test runs."""
    return timezone.now() + dt.timedelta(minutes=1)


def refused(points: int, priority: Priority = Priority.NORMAL) -> Wait:
    with pytest.raises(Wait) as caught:
        budget(priority).take(points)
    return caught.value


def in_threads(count: int, work: Callable[[int], None]) -> None:
    def run(number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(run, range(count)))


def test_the_first_take_opens_the_budget_half_full() -> None:
    grant = PointsBudget(KEY, assumed=Allowance(capacity=2000, restore_rate=0.001)).take(60)
    assert grant.points == 60
    assert level() == 940


def test_a_take_is_one_statement(django_assert_num_queries: Callable[[int], object]) -> None:
    row()
    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        budget().take(60)


def test_nothing_is_taken_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        budget().take(1)


def test_a_refused_take_takes_nothing_and_says_when_to_come_back() -> None:
    row(restore_rate=100.0, available=10.0)
    wait = refused(60)
    # 50 points short, and a little for the way; a busy machine takes its time between the lines.
    assert 0.2 < wait.seconds <= 0.52
    assert "60 points needed" in wait.why
    assert Budget.objects.get(key=KEY).waits == 1
    assert 10 <= level() < 60


def test_a_small_call_does_not_wait_for_the_slack_of_a_quick_bucket() -> None:
    # 20 ms of this refill are 2000 points, as much as the whole bucket was taken for at first.
    row(capacity=2_000_000.0, restore_rate=100_000.0, available=1400.0, measured_at=ahead())
    budget().take(2)
    assert level() == 1398


def test_a_bucket_that_fills_within_the_slack_is_used_to_its_last_call() -> None:
    row(capacity=10.0, restore_rate=1000.0, available=2.0, measured_at=ahead())
    budget().take(1)
    refused(1)


def test_those_who_wait_are_called_one_after_the_other() -> None:
    row(restore_rate=100.0, available=0.0)
    seconds = [refused(60).seconds for _ in range(5)]
    steps = [after - before for before, after in pairwise(seconds)]
    assert all(0.3 < step <= 0.6 for step in steps)


def test_no_wait_is_longer_than_half_the_time_a_bucket_takes_to_fill() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=0.0)
    assert max(refused(600).seconds for _ in range(5)) == pytest.approx(10, abs=0.1)


def test_a_call_no_bucket_can_pay_is_not_waited_for() -> None:
    row(capacity=500.0, available=500.0)
    with pytest.raises(Permanent, match="can never be paid"):
        budget().take(501)


def test_low_calls_leave_a_reserve_to_the_others() -> None:
    row(available=250.0)
    refused(60, Priority.LOW)
    budget().take(60)
    budget(Priority.URGENT).take(60)
    assert level() == 130


def test_a_low_call_that_needs_the_whole_bucket_gets_it_when_it_is_full() -> None:
    row(available=1000.0)
    budget(Priority.LOW).take(990)
    assert level() == 10


def test_normal_calls_step_back_while_somebody_urgent_asks() -> None:
    row(available=140.0)
    budget(Priority.URGENT).take(10)
    refused(60)
    Budget.objects.update(urgent_at=None)
    budget().take(60)
    assert level() == 70


def told(available: float, actual: int | None = None, **numbers: float) -> Reading:
    given = {"capacity": 1000.0, "restore_rate": 0.001, **numbers}
    return Reading(actual=actual, available=available, **given)


def test_what_was_not_used_comes_back() -> None:
    row()
    grant = budget().take(100)
    budget().settle(grant, told(970, actual=30))
    assert level() == 970


def test_the_vendors_lower_number_wins_its_higher_one_does_not() -> None:
    row()
    budget().settle(budget().take(10), told(400, actual=10))
    assert level() == 400
    # Other workers' calls are on their way: the vendor does not know of them yet.
    budget().settle(budget().take(10), told(900, actual=10))
    assert level() == 390


def test_a_slow_answer_does_not_pull_the_level_down() -> None:
    row(capacity=2000.0, restore_rate=1000.0, available=100.0)
    grant = budget().take(60)
    late = Grant(grant.points, grant.taken_at - 1.0)  # as if the answer had taken a second
    Budget.objects.update(available=900.0)  # meanwhile refilled
    budget().settle(late, told(40, actual=60, capacity=2000.0, restore_rate=1000.0))
    assert level() >= 900


def test_the_plan_is_learned_from_the_answer() -> None:
    grant = budget().take(60)
    budget().settle(grant, told(19_990, actual=10, capacity=20_000.0, restore_rate=1000.0))
    learned = Budget.objects.get(key=KEY)
    assert (learned.capacity, learned.restore_rate) == (20_000, 1000)


def test_a_call_that_never_left_costs_nothing() -> None:
    row(available=500.0)
    budget().give_back(budget().take(60))
    assert level() == 500


def test_a_refusal_of_the_vendor_is_believed_and_counted() -> None:
    row(restore_rate=100.0)
    grant = budget().take(862)
    pause = budget().deplete(grant, told(572, actual=0, capacity=4000.0, restore_rate=200.0))
    assert pause == pytest.approx((862 - 572) / 200 + 0.02)
    known = Budget.objects.get(key=KEY)
    assert (known.available, known.capacity, known.throttled) == (572, 4000, 1)
    assert known.last_throttled_at is not None


def test_a_refusal_without_numbers_empties_the_bucket() -> None:
    row(restore_rate=100.0)
    pause = budget().deplete(budget().take(60), Reading(None, 0, 0, 0))
    assert pause == 1.0
    assert level() == 0


def test_books_that_cannot_be_kept_do_not_undo_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    row()
    grant = budget().take(60)
    monkeypatch.setattr("foundation.outbound.budgets._SETTLE", "SELECT nothing WHERE %(told)s")
    budget().settle(grant, told(940, actual=60))
    assert level() == 940


def test_threads_together_never_take_more_than_there_is() -> None:
    row(available=1000.0)
    grants: list[Grant] = []

    def work(_: int) -> None:
        for _attempt in range(5):
            try:
                grants.append(budget().take(30))
            except Wait:
                return

    in_threads(16, work)
    assert len(grants) == 33
    assert level() == 10


@dataclass
class Vendor:
    """Shopify's bucket (contract §3.1): whole points, requested cost held until the answer."""

    capacity: float
    rate: float
    level: float
    latency: float
    at: float = field(default_factory=time.monotonic)
    used: int = 0
    calls: int = 0
    throttled: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _refill(self) -> None:
        now = time.monotonic()
        self.level = min(self.capacity, self.level + self.rate * (now - self.at))
        self.at = now

    def call(self, points: int) -> tuple[bool, Reading]:
        with self.lock:
            self._refill()
            self.calls += 1
            if points > self.level:
                self.throttled += 1
                return False, Reading(None, int(self.level), self.capacity, self.rate)
            self.level -= points
            reading = Reading(points, int(self.level), self.capacity, self.rate)
        time.sleep(self.latency)
        with self.lock:
            self.used += points
        return True, reading


@pytest.mark.parametrize("latency", [0.01, 0.3])
def test_workers_use_what_is_restored_and_are_hardly_ever_throttled(latency: float) -> None:
    row(capacity=20_000.0, restore_rate=1000.0, available=0.0)
    vendor = Vendor(capacity=20_000, rate=1000, level=0, latency=latency)
    seconds = 4.0
    began = time.monotonic()

    def work(number: int) -> None:
        while (left := began + seconds - time.monotonic()) > 0:
            points = (11, 30, 60)[number % 3]
            try:
                grant = budget().take(points)
            except Wait as wait:
                time.sleep(min(wait.seconds, left))  # what `run_after` does for a job
                continue
            done, reading = vendor.call(points)
            if done:
                budget().settle(grant, reading)
            else:
                budget().deplete(grant, reading)

    in_threads(12, work)
    assert vendor.used / (1000 * seconds) >= 0.9
    assert vendor.throttled <= 0.01 * vendor.calls


def test_killed_workers_cost_a_level_but_not_the_rate() -> None:
    row(capacity=2000.0, restore_rate=1000.0, available=2000.0)
    for _ in range(30):
        budget().take(60)  # and never settle
    time.sleep(0.5)
    taken = 0
    began = time.monotonic()
    while time.monotonic() - began < 1.0:
        try:
            taken += budget().take(50).points
        except Wait as wait:
            time.sleep(wait.seconds)
    assert taken >= 800


def test_what_is_prepaid_is_taken_once_and_the_rest_goes_back() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=500.0, measured_at=ahead())
    with prepay(budget(), 111) as purse:
        assert level() == 389
        grants = [purse.take(1), purse.take(11), purse.take(11)]
        assert [grant.points for grant in grants] == [1, 11, 11]
        assert level() == 389
        # The vendor's level holds what is still to be spent here.
        purse.settle(grants[0], Reading(1, available=499, capacity=2000, restore_rate=100))
        assert level() == 389
    assert level() == 477


def test_what_goes_beyond_the_prepaid_is_asked_of_the_budget() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=30.0, measured_at=ahead())
    with prepay(budget(), 12) as purse:
        purse.take(11)
        with pytest.raises(Wait):
            purse.take(100)
        assert level() == 18
    assert level() == 19


def test_a_prepaid_call_that_was_refused_leaves_only_what_the_vendor_tells() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=500.0, measured_at=ahead())
    with prepay(budget(), 111) as purse:
        purse.deplete(purse.take(11), Reading(0, available=3, capacity=2000, restore_rate=100))
    assert level() == 3


def test_prepaying_waits_like_a_call_and_takes_nothing() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=50.0, measured_at=ahead())
    with pytest.raises(Wait), prepay(budget(), 111):
        pytest.fail("it was not paid")
    assert level() == 50


def test_a_prepaid_piece_of_work_that_fails_gives_back_what_is_left() -> None:
    row(capacity=2000.0, restore_rate=100.0, available=500.0, measured_at=ahead())
    with suppress(ZeroDivisionError), prepay(budget(), 100) as purse:
        purse.take(40)
        raise ZeroDivisionError
    assert level() == 460
