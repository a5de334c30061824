"""What a campaign would have done to a variant, told step by step."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, localcontext
from uuid import UUID

import pytest

from campaigns.pacing import Pace
from campaigns.simulating import Course, Edge, Interval, Past, PriceOf, Prices, Trial, simulate
from campaigns.triggers import (
    Always,
    BackInStock,
    ByHand,
    Direction,
    Step,
    StockBelow,
    StockChange,
    Trigger,
)

D = Decimal
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SHIRT = UUID(int=1)
TORONTO = 501


def hour(count: float) -> dt.datetime:
    return START + dt.timedelta(hours=count)


def steps(*moves: tuple[float, int]) -> list[Step]:
    return [(hour(count), pieces) for count, pieces in moves]


def put(at: dt.datetime, why: str, stock: int | None) -> Edge:
    return Edge(at=at, on=True, why=why, stock=stock)


def take(at: dt.datetime, why: str, stock: int) -> Edge:
    return Edge(at=at, on=False, why=why, stock=stock)


def costs(amount: str | None) -> PriceOf:
    return lambda _variant_id, _stock: None if amount is None else D(amount)


def trial(*triggers: Trigger, hours: float = 48, pace: Pace | None = None) -> Trial:
    return Trial(triggers, START, hour(hours), pace or Pace(), {TORONTO: "Toronto"})


def course(asked: Trial, past: Past, own: str | None = "10", shown: str | None = "8") -> Course:
    (found,) = simulate([past], asked, Prices(costs(own), costs(shown)))
    return found


def test_a_layer_is_put_and_taken_and_put_again() -> None:
    moves = steps((-5, 9), (1, 7), (2, 4), (3, 6), (4, 1), (5, 9), (6, 5), (7, 3))
    assert course(trial(StockBelow(5, margin=2)), Past(SHIRT, moves)) == Course(
        variant_id=SHIRT,
        edges=(
            put(hour(2), "Stock 4 is at or below 5.", 4),
            take(hour(5), "Stock 9 is above 7.", 9),
            put(hour(6), "Stock 5 is at or below 5.", 5),
        ),
        intervals=(Interval(hour(2), hour(5)), Interval(hour(6), hour(48))),
        held_back=0,
        # 6 → 1 and 5 → 3 while it lay; what sold it on, 7 → 4, left at the old price.
        sold=7,
        given_away=D(14),
    )


def test_nothing_happens_to_a_variant_that_never_meets_a_trigger() -> None:
    quiet = Course(SHIRT, (), (), 0, 0, D(0))
    asked: list[int] = []

    def never(_variant_id: UUID, stock: int) -> Decimal:
        asked.append(stock)
        return D(1)

    past = Past(SHIRT, steps((0, 90), (5, 40), (9, 6)))
    assert list(simulate([past], trial(StockBelow(5), ByHand()), Prices(never, never))) == [quiet]
    assert asked == []
    assert course(trial(StockBelow(5)), Past(SHIRT)) == quiet
    # What happens at its end and later is not the trial's.
    late = Past(SHIRT, steps((0, 9), (48, 3), (50, 1)))
    assert course(trial(StockBelow(5)), late) == quiet


def test_always_begins_at_the_start_even_of_what_nobody_knows() -> None:
    assert course(trial(Always(), hours=10), Past(SHIRT, steps((4, 20), (5, 18)))) == Course(
        variant_id=SHIRT,
        edges=(put(START, "The campaign runs.", None),),
        intervals=(Interval(START, hour(10)),),
        held_back=0,
        sold=2,
        given_away=D(4),
    )


def test_time_alone_ends_a_hold_and_moves_a_window() -> None:
    back = course(trial(BackInStock(3)), Past(SHIRT, steps((-9, 0), (1.5, 6), (2, 5))))
    assert back.edges == (
        put(hour(1.5), "Stock is back: it was 0 and is 6.", 6),
        take(hour(4.5), "Stock 5 has been back for 3 hours.", 5),
    )
    fall = course(
        trial(StockChange(Direction.FALL, D(50), 24, margin=D(10))),
        Past(SHIRT, steps((-30, 100), (-20, 60), (2, 45), (3, 36))),
    )
    assert fall.edges == (
        put(hour(2), "Stock fell from 100 to 45 in 24 hours, by at least 50 %.", 45),
        # 20 hours before the start it was 60 already: from there it is a fall of 40 %, and holds.
        take(
            hour(26),
            "Stock went from 45 to 36 in 24 hours, which is no fall of 40 %.",
            36,
        ),
    )


def test_a_location_decides_and_the_total_is_what_sells() -> None:
    past = Past(
        SHIRT,
        steps((0, 90), (2, 84), (3, 80), (9, 70)),
        {TORONTO: steps((0, 9), (2, 3), (9, 20)), 502: steps((0, 0))},
    )
    assert course(trial(StockBelow(5, location=TORONTO)), past) == Course(
        variant_id=SHIRT,
        edges=(
            put(hour(2), "Stock 3 at Toronto is at or below 5.", 84),
            take(hour(9), "Stock 20 at Toronto is above 5.", 70),
        ),
        intervals=(Interval(hour(2), hour(9)),),
        held_back=0,
        sold=14,
        given_away=D(28),
    )


@pytest.mark.parametrize(
    ("own", "shown", "given_away"),
    [
        ("10", "8.01", "9.95"),
        ("8", "10", "-10"),
        ("10", "10", "0"),
        (None, "8", "0"),
        ("10", None, "0"),
        ("999999999999999999.99", "0.01", "4999999999999999999.90"),
    ],
)
def test_what_is_given_away_is_exact(own: str | None, shown: str | None, given_away: str) -> None:
    with localcontext(prec=3):
        found = course(trial(Always()), Past(SHIRT, steps((0, 9), (1, 4), (2, 30))), own, shown)
    assert (found.sold, found.given_away) == (5, D(given_away))


def test_prices_are_asked_with_the_stock_there_was_before_it_sold() -> None:
    asked: list[tuple[str, UUID, int]] = []

    def own(variant_id: UUID, stock: int) -> Decimal:
        asked.append(("own", variant_id, stock))
        return D(100)

    def shown(variant_id: UUID, stock: int) -> Decimal:
        asked.append(("shown", variant_id, stock))
        return D(stock)

    past = Past(SHIRT, steps((0, 9), (1, 4), (2, 30), (3, 29)))
    (found,) = simulate([past], trial(Always()), Prices(own, shown))
    assert asked == [
        ("own", SHIRT, 9),
        ("shown", SHIRT, 9),
        ("own", SHIRT, 30),
        ("shown", SHIRT, 30),
    ]
    assert found.given_away == 5 * D(91) + D(70)


def test_a_cool_down_makes_moves_wait_or_miss_their_time() -> None:
    # On at 1, wants off at 2 and may at 4; on again at 5, which waits until 7 and is gone at 6.
    moves = steps((0, 9), (1, 5), (2, 9), (5, 4), (6, 8))
    pace = Pace(cool_down=dt.timedelta(hours=3))
    found = course(trial(StockBelow(5), pace=pace), Past(SHIRT, moves))
    assert found.edges == (
        put(hour(1), "Stock 5 is at or below 5.", 5),
        take(hour(4), "Stock 9 is above 5.", 9),
    )
    assert found.held_back == 2


def test_a_daily_limit_makes_a_move_wait_for_the_shops_midnight() -> None:
    moves = steps((0, 9), (6, 5), (7, 9), (8, 5), (9, 4), (40, 9))
    pace = Pace(moves_per_day=2, zone="America/Toronto")
    found = course(trial(StockBelow(5), pace=pace), Past(SHIRT, moves))
    assert found.edges == (
        put(hour(6), "Stock 5 is at or below 5.", 5),
        take(hour(7), "Stock 9 is above 5.", 9),
        # Toronto is five hours behind.
        put(hour(29), "Stock 4 is at or below 5.", 4),
        take(hour(40), "Stock 9 is above 5.", 9),
    )
    assert found.held_back == 1


def test_variants_come_one_by_one() -> None:
    read: list[int] = []

    def pasts() -> Iterator[Past]:
        for number in range(1, 1_000):
            read.append(number)
            yield Past(UUID(int=number))

    courses = simulate(pasts(), trial(Always()), Prices(costs("1"), costs("1")))
    assert [next(courses).variant_id, next(courses).variant_id] == [UUID(int=1), UUID(int=2)]
    assert read == [1, 2]


def test_a_period_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="A trial ends after its start"):
        Trial([Always()], START, START)
