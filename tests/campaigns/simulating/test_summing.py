"""Sums over what a campaign would have done to many variants."""

import datetime as dt
from decimal import Decimal, localcontext
from uuid import UUID

from campaigns.pacing import Pace
from campaigns.simulating import (
    MOST_RESTLESS,
    Course,
    Edge,
    Interval,
    Past,
    Prices,
    Restless,
    Sums,
    Trial,
    simulate,
)
from campaigns.triggers import StockBelow

D = Decimal
START = dt.datetime(2026, 3, 7, 5, tzinfo=dt.UTC)
"""Midnight in Toronto; the next day has 23 hours."""
PACE = Pace(zone="America/Toronto")


def hour(count: float) -> dt.datetime:
    return START + dt.timedelta(hours=count)


def course(number: int, *times: float, end: float, **more: int) -> Course:
    """Return a course with edges at these hours, the first of which puts the layer."""
    edges = tuple(
        Edge(hour(at), place % 2 == 0, "Stock 1 is at or below 5.", 1)
        for place, at in enumerate(times)
    )
    ends = [*times, end] if len(times) % 2 else list(times)
    intervals = tuple(
        Interval(hour(since), hour(until))
        for since, until in zip(ends[::2], ends[1::2], strict=True)
    )
    said = {"held_back": 0, "sold": 0, **more}
    return Course(UUID(int=number), edges, intervals, given_away=D(said["sold"]), **said)


def summed(*courses: Course, hours: float) -> Sums:
    sums = Sums(Trial([StockBelow(5)], START, hour(hours), PACE))
    for each in courses:
        sums.add(each)
    return sums


def test_sums_over_all_variants() -> None:
    sums = summed(
        course(1, 1, 11, 23.5, 30, 40, end=50, held_back=2, sold=7),
        course(2, end=50),
        course(3, 24, 34, end=50, held_back=1, sold=3),
        course(4, 49, end=50),
        hours=50,
    )
    assert (sums.variants, sums.touched, sums.still_on) == (4, 3, 2)
    assert (sums.puts, sums.takes, sums.held_back, sums.sold) == (5, 3, 3, 10)
    assert sums.given_away == D(10)
    # 10 + 6.5 + 10, 10 and 1 hours of 4 times 50.
    assert sums.share_on == D("18.8")
    assert sums.puts_per_day == {
        dt.date(2026, 3, 7): 2,
        dt.date(2026, 3, 8): 2,
        dt.date(2026, 3, 9): 1,
    }
    assert sums.most_restless == (
        Restless(UUID(int=1), 3, 2),
        Restless(UUID(int=3), 1, 1),
        Restless(UUID(int=4), 1, 0),
    )


def test_nothing_sums_up_to_nothing_on_every_day() -> None:
    sums = summed(hours=47)
    assert (sums.variants, sums.puts, sums.share_on, sums.most_restless) == (0, 0, D(0), ())
    assert sums.puts_per_day == {dt.date(2026, 3, 7): 0, dt.date(2026, 3, 8): 0}
    assert list(summed(hours=47.01).puts_per_day) == [
        dt.date(2026, 3, 7),
        dt.date(2026, 3, 8),
        dt.date(2026, 3, 9),
    ]


def test_the_share_is_rounded_once_and_to_the_nearest() -> None:
    with localcontext(prec=1):
        assert summed(course(1, 0, end=100), hours=100).share_on == D(100)
        third = [course(1, 0, end=10), course(2, end=10), course(3, end=10)]
        assert summed(*third, hours=10).share_on == D("33.3")
        assert summed(course(1, 0, 0.0625, end=100), hours=12.5).share_on == D("0.5")
        assert summed(course(1, 0, 0.05, end=100), hours=100).share_on == D("0.1")
        assert summed(course(1, 0, 0.049, end=100), hours=100).share_on == D("0.0")


def test_the_most_restless_are_few_and_the_first_of_equals() -> None:
    calm = [course(number, 1, 2, end=9) for number in range(1, 40)]
    wild = [course(number, 1, 2, 3, number - 96, end=9) for number in range(100, 103)]
    found = summed(*calm[:20], wild[0], *calm[20:], *wild[1:], hours=9).most_restless
    assert [each.variant_id.int for each in found] == [100, 101, 102, *range(1, 8)]
    assert len(found) == MOST_RESTLESS == 10


def test_a_whole_trial_is_the_same_each_time() -> None:
    trial = Trial([StockBelow(5, margin=1)], START, hour(47), PACE)

    def once() -> dict[str, object]:
        pasts = (
            Past(
                UUID(int=number),
                [(hour(at), (number * 7 + at * at) % 11) for at in range(number % 3, 47)],
            )
            for number in range(30)
        )
        prices = Prices(lambda _variant, _stock: D(10), lambda _variant, stock: D(stock))
        sums = Sums(trial)
        for each in simulate(pasts, trial, prices):
            sums.add(each)
        return {**vars(sums), "share": sums.share_on, "restless": sums.most_restless}

    first = once()
    assert first == once()
    assert first["touched"] == 30
