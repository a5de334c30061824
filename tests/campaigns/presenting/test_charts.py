"""Small pictures: steps at their places, nothing where nothing is known, stock on zero."""

import datetime as dt
from decimal import Decimal

import pytest

from campaigns.presenting import DayBar, EffectChart, day_bars, effect_chart

D = Decimal
SINCE = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
UNTIL = SINCE + dt.timedelta(hours=64)
MONDAY = dt.date(2026, 3, 2)


def hour(count: float) -> dt.datetime:
    return SINCE + dt.timedelta(hours=count)


def test_price_and_stock_over_the_same_time_each_by_its_own_scale() -> None:
    prices = [(hour(0), D(20)), (hour(16), D(18)), (hour(32), D(22))]
    stock = [(hour(0), 8), (hour(48), 2)]
    assert effect_chart(prices, stock, since=SINCE, until=UNTIL) == EffectChart(
        # The box is 640 by 120 with a margin of 8: 10 units an hour, 26 for each unit of money.
        price="M0.0 60.0H160.0V112.0H320.0V8.0H640",
        price_low=D(18),
        price_high=D(22),
        # Stock stands on zero, 13 units for each piece.
        stock="M0.0 8.0H480.0V86.0H640V120H0.0Z",
        stock_low=2,
        stock_high=8,
        since=SINCE,
        until=UNTIL,
        width=640,
        height=120,
    )


def test_before_the_first_step_nothing_is_drawn() -> None:
    chart = effect_chart([(hour(16), D(5))], [(hour(32), 4)], since=SINCE, until=UNTIL)
    assert chart is not None
    assert chart.price == "M160.0 112.0H640"
    assert chart.stock == "M320.0 8.0H640V120H320.0Z", "the area is closed where it begins"


def test_what_began_earlier_is_cut_and_what_comes_later_is_not_looked_at() -> None:
    prices = [(hour(-50), D(10)), (hour(32), D(11)), (hour(64), D(99)), (hour(70), D(1))]
    chart = effect_chart(prices, [], since=SINCE, until=UNTIL)
    assert chart is not None
    assert (chart.price, chart.price_low, chart.price_high) == (
        "M0.0 112.0H320.0V8.0H640",
        D(10),
        D(11),
    )


def test_one_is_drawn_without_the_other() -> None:
    chart = effect_chart([], [(hour(0), 3)], since=SINCE, until=UNTIL)
    assert chart is not None
    assert (chart.price, chart.price_low, chart.price_high) == ("", None, None)
    assert (chart.stock, chart.stock_low) == ("M0.0 8.0H640V120H0.0Z", 3)
    chart = effect_chart([(hour(0), D(3))], [], since=SINCE, until=UNTIL)
    assert chart is not None
    assert (chart.stock, chart.stock_low, chart.stock_high) == ("", None, None)


def test_what_was_sold_and_is_not_there_has_no_height_and_is_told() -> None:
    chart = effect_chart([], [(hour(0), 4), (hour(32), -3)], since=SINCE, until=UNTIL)
    assert chart is not None
    assert chart.stock == "M0.0 8.0H320.0V112.0H640V120H0.0Z"
    assert (chart.stock_low, chart.stock_high) == (-3, 4)


@pytest.mark.parametrize(
    ("prices", "stock", "until"),
    [
        ([], [], UNTIL),
        ([(hour(0), D(1))], [(hour(0), 1)], SINCE),
        ([(hour(65), D(1))], [(hour(64), 1)], UNTIL),
    ],
    ids=["nothing is known", "no time", "nothing yet"],
)
def test_there_is_no_picture_of_nothing(
    prices: list[tuple[dt.datetime, Decimal]],
    stock: list[tuple[dt.datetime, int]],
    until: dt.datetime,
) -> None:
    assert effect_chart(prices, stock, since=SINCE, until=until) is None


def test_days_are_bars_of_the_highest_and_a_few_are_still_seen() -> None:
    days = [MONDAY + dt.timedelta(days=each) for each in range(4)]
    assert day_bars(dict(zip(days, (0, 200, 1, 50), strict=True))) == [
        DayBar(days[0], 0, 0),
        DayBar(days[1], 200, 100),
        DayBar(days[2], 1, 4),
        DayBar(days[3], 50, 25),
    ]
    assert day_bars({MONDAY: 0}) == [DayBar(MONDAY, 0, 0)]
    assert day_bars({}) == []
