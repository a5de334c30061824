"""When a trigger goes on, when it goes off, and what is said about it; at every edge."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from campaigns.triggers import (
    Always,
    BackInStock,
    ByHand,
    Direction,
    Held,
    OutOfStock,
    Situation,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    Window,
    evaluate,
)

D = Decimal
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SINCE = NOW - dt.timedelta(hours=5)
TORONTO, PARIS = 501, 502
NAMES = {TORONTO: "Toronto"}
FALL, RISE = Direction.FALL, Direction.RISE


def hours(count: float) -> dt.timedelta:
    return dt.timedelta(hours=count)


def ask(trigger: Trigger, *, held: bool, **known: Any) -> Held:
    return evaluate(
        [trigger],
        Situation(now=NOW, **known),
        holding=[0] if held else [],
        since=[SINCE] if held else [],
        locations=NAMES,
    )


def on(why: str, *, since: dt.datetime = NOW, again: dt.datetime | None = None) -> Held:
    return Held((0,), (since,), again, why)


def off(why: str, *, again: dt.datetime | None = None) -> Held:
    return Held((), (), again, why)


def kept(why: str, *, again: dt.datetime | None = None) -> Held:
    return on(why, since=SINCE, again=again)


def test_always_holds_and_by_hand_while_it_is_switched_on() -> None:
    assert ask(Always(), held=False) == on("The campaign runs.")
    assert ask(Always(), held=True, stock=3) == kept("The campaign runs.")
    assert ask(ByHand(), held=False, by_hand=True) == on("It is switched on by hand.")
    assert ask(ByHand(), held=True, by_hand=True) == kept("It is switched on by hand.")
    assert ask(ByHand(), held=True) == off("It is not switched on by hand.")
    assert ask(ByHand(), held=False) == off("It is not switched on by hand.")


BELOW = StockBelow(5)
BELOW_WITH_MARGIN = StockBelow(5, margin=2)
BELOW_WITH_OFF = StockBelow(5, off=1_000)
ABOVE = StockAbove(10)
ABOVE_WITH_MARGIN = StockAbove(10, margin=2)
ABOVE_WITH_OFF = StockAbove(10, off=-3)
OUT = OutOfStock()
OUT_WITH_MARGIN = OutOfStock(margin=2)
OUT_WITH_OFF = OutOfStock(off=4)


@pytest.mark.parametrize(
    ("trigger", "held", "stock", "expected"),
    [
        (BELOW, False, 5, on("Stock 5 is at or below 5.")),
        (BELOW, False, 6, off("Stock 6 is above 5.")),
        (BELOW, True, 5, kept("Stock 5 is at or below 5.")),
        (BELOW, True, 6, off("Stock 6 is above 5.")),
        (BELOW_WITH_MARGIN, False, 6, off("Stock 6 is above 5.")),
        (BELOW_WITH_MARGIN, True, 7, kept("Stock 7 is at or below 7.")),
        (BELOW_WITH_MARGIN, True, 8, off("Stock 8 is above 7.")),
        (BELOW_WITH_OFF, True, 1_000, kept("Stock 1,000 is at or below 1,000.")),
        (BELOW_WITH_OFF, True, 1_001, off("Stock 1,001 is above 1,000.")),
        (StockBelow(-2), False, -2, on("Stock -2 is at or below -2.")),
        (StockBelow(-2), False, -1, off("Stock -1 is above -2.")),
        (ABOVE, False, 11, on("Stock 11 is above 10.")),
        (ABOVE, False, 10, off("Stock 10 is at or below 10.")),
        (ABOVE, True, 11, kept("Stock 11 is above 10.")),
        (ABOVE, True, 10, off("Stock 10 is at or below 10.")),
        (ABOVE_WITH_MARGIN, False, 10, off("Stock 10 is at or below 10.")),
        (ABOVE_WITH_MARGIN, True, 9, kept("Stock 9 is above 8.")),
        (ABOVE_WITH_MARGIN, True, 8, off("Stock 8 is at or below 8.")),
        (ABOVE_WITH_OFF, True, -2, kept("Stock -2 is above -3.")),
        (ABOVE_WITH_OFF, True, -3, off("Stock -3 is at or below -3.")),
        (OUT, False, 0, on("Stock is 0, so it is out of stock.")),
        (OUT, False, -2, on("Stock is -2, so it is out of stock.")),
        (OUT, False, 1, off("Stock 1 is above 0.")),
        (OUT, True, 0, kept("Stock is 0, so it is out of stock.")),
        (OUT, True, 1, off("Stock 1 is above 0.")),
        (OUT_WITH_MARGIN, False, 1, off("Stock 1 is above 0.")),
        (OUT_WITH_MARGIN, True, 2, kept("Stock 2 is at or below 2.")),
        (OUT_WITH_MARGIN, True, 3, off("Stock 3 is above 2.")),
        (OUT_WITH_OFF, True, 4, kept("Stock 4 is at or below 4.")),
        (OUT_WITH_OFF, True, 5, off("Stock 5 is above 4.")),
    ],
)
def test_thresholds(trigger: Trigger, held: bool, stock: int, expected: Held) -> None:
    assert ask(trigger, held=held, stock=stock) == expected


DAY = Window(24)
HALF = StockChange(FALL, D(50), 24)
HALF_WITH_MARGIN = StockChange(FALL, D(50), 24, margin=D(5))
HALF_WITH_OFF = StockChange(FALL, D(50), 24, off=D("10.5"))
DOUBLE = StockChange(RISE, D(100), 24)
DOUBLE_WITH_MARGIN = StockChange(RISE, D(100), 24, margin=D(20))
THIRD = StockChange(FALL, D("33.333333"), 24)


@pytest.mark.parametrize(
    ("trigger", "held", "before", "stock", "expected"),
    [
        (HALF, False, 100, 50, on("Stock fell from 100 to 50 in 24 hours, by at least 50 %.")),
        (
            HALF,
            False,
            100,
            51,
            off("Stock went from 100 to 51 in 24 hours, which is no fall of 50 %."),
        ),
        (
            HALF,
            False,
            100,
            250,
            off("Stock went from 100 to 250 in 24 hours, which is no fall of 50 %."),
        ),
        (HALF, True, 100, 50, kept("Stock fell from 100 to 50 in 24 hours, by at least 50 %.")),
        (
            HALF,
            True,
            100,
            51,
            off("Stock went from 100 to 51 in 24 hours, which is no fall of 50 %."),
        ),
        (
            HALF,
            True,
            50,
            50,
            off("Stock went from 50 to 50 in 24 hours, which is no fall of 50 %."),
        ),
        (HALF, False, 1, -1, on("Stock fell from 1 to -1 in 24 hours, by at least 50 %.")),
        (
            HALF_WITH_MARGIN,
            False,
            100,
            55,
            off("Stock went from 100 to 55 in 24 hours, which is no fall of 50 %."),
        ),
        (
            HALF_WITH_MARGIN,
            True,
            100,
            55,
            kept("Stock fell from 100 to 55 in 24 hours, by at least 45 %."),
        ),
        (
            HALF_WITH_MARGIN,
            True,
            100,
            56,
            off("Stock went from 100 to 56 in 24 hours, which is no fall of 45 %."),
        ),
        (
            HALF_WITH_OFF,
            True,
            2_000,
            1_790,
            kept("Stock fell from 2,000 to 1,790 in 24 hours, by at least 10.5 %."),
        ),
        (
            HALF_WITH_OFF,
            True,
            2_000,
            1_791,
            off("Stock went from 2,000 to 1,791 in 24 hours, which is no fall of 10.5 %."),
        ),
        (DOUBLE, False, 7, 14, on("Stock rose from 7 to 14 in 24 hours, by at least 100 %.")),
        (
            DOUBLE,
            False,
            7,
            13,
            off("Stock went from 7 to 13 in 24 hours, which is no rise of 100 %."),
        ),
        (
            DOUBLE,
            False,
            7,
            -9,
            off("Stock went from 7 to -9 in 24 hours, which is no rise of 100 %."),
        ),
        (
            DOUBLE_WITH_MARGIN,
            True,
            10,
            18,
            kept("Stock rose from 10 to 18 in 24 hours, by at least 80 %."),
        ),
        (
            DOUBLE_WITH_MARGIN,
            True,
            10,
            17,
            off("Stock went from 10 to 17 in 24 hours, which is no rise of 80 %."),
        ),
        # A third of three is a little more than 33.333333 %; of a billion the difference counts.
        (THIRD, False, 3, 2, on("Stock fell from 3 to 2 in 24 hours, by at least 33.333333 %.")),
        (
            THIRD,
            False,
            1_000_000_000,
            666_666_670,
            on(
                "Stock fell from 1,000,000,000 to 666,666,670 in 24 hours, by at least 33.333333 %."
            ),
        ),
        (
            THIRD,
            False,
            1_000_000_000,
            666_666_671,
            off(
                "Stock went from 1,000,000,000 to 666,666,671 in 24 hours, "
                "which is no fall of 33.333333 %."
            ),
        ),
        (
            HALF,
            True,
            0,
            0,
            off("Stock 24 hours ago was 0, of which no change in percent can be told."),
        ),
        (
            DOUBLE,
            False,
            -4,
            9,
            off("Stock 24 hours ago was -4, of which no change in percent can be told."),
        ),
        (HALF, True, None, 5, off("Stock 24 hours ago is not known.")),
    ],
)
def test_changes(
    trigger: Trigger, held: bool, before: int | None, stock: int, expected: Held
) -> None:
    assert ask(trigger, held=held, stock=stock, before={DAY: before}, moved={DAY: None}) == expected


BACK = BackInStock(48)


@pytest.mark.parametrize(
    ("held", "last", "stock", "expected"),
    [
        (False, 0, 1, on("Stock is back: it was 0 and is 1.", again=NOW + hours(48))),
        (False, -2, 30, on("Stock is back: it was -2 and is 30.", again=NOW + hours(48))),
        (False, 1, 30, off("Stock 30 has not just come back.")),
        (False, None, 30, off("Stock 30 has not just come back.")),
        (False, 0, 0, off("Stock is 0, so it is out of stock.")),
        (True, 1, 1, kept("Stock 1 has been back for less than 48 hours.", again=NOW + hours(43))),
        (True, 1, 0, off("Stock is 0, so it is out of stock.")),
        (True, 1, -1, off("Stock is -1, so it is out of stock.")),
    ],
)
def test_back_in_stock(held: bool, last: int | None, stock: int, expected: Held) -> None:
    assert ask(BACK, held=held, stock=stock, last_stock=last) == expected


def test_back_in_stock_ends_to_the_second() -> None:
    def after(hold: dt.timedelta) -> Held:
        situation = Situation(now=SINCE + hold, stock=7, last_stock=7)
        return evaluate([BackInStock(1)], situation, holding=[0], since=[SINCE])

    second = dt.timedelta(seconds=1)
    kept_on = kept("Stock 7 has been back for less than 1 hour.", again=SINCE + hours(1))
    assert after(hours(1) - second) == kept_on
    assert after(hours(1)) == off("Stock 7 has been back for 1 hour.")
    assert after(hours(100)) == off("Stock 7 has been back for 1 hour.")


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    "trigger", [BELOW, ABOVE, OUT, StockBelow(-5), HALF, DOUBLE, BACK], ids=lambda each: each.kind
)
def test_without_stock_no_trigger_on_stock_holds(trigger: Trigger, held: bool) -> None:
    past: dict[str, Any] = {"last_stock": 0, "before": {DAY: 100}, "levels": {TORONTO: 0}}
    assert ask(trigger, held=held, stock=None, **past) == off("Stock is not tracked.")


@pytest.mark.parametrize(
    ("trigger", "known", "expected"),
    [
        (
            StockBelow(5, location=TORONTO),
            {"levels": {TORONTO: 5, PARIS: 90}},
            on("Stock 5 at Toronto is at or below 5."),
        ),
        (
            StockAbove(50, location=PARIS),
            {"levels": {TORONTO: 5, PARIS: 90}},
            on("Stock 90 at location 502 is above 50."),
        ),
        (
            OutOfStock(location=TORONTO),
            {"levels": {TORONTO: 0}},
            on("Stock at Toronto is 0, so it is out of stock."),
        ),
        (
            StockChange(FALL, D(50), 1, location=TORONTO),
            {
                "levels": {TORONTO: 5},
                "before": {Window(1, TORONTO): 10, Window(1): 95},
                "moved": {Window(1, TORONTO): None},
            },
            on("Stock at Toronto fell from 10 to 5 in 1 hour, by at least 50 %."),
        ),
        (
            StockChange(RISE, D(50), 1, location=TORONTO),
            {"levels": {TORONTO: 5}, "before": {}, "moved": {Window(1, TORONTO): None}},
            off("Stock at Toronto 1 hour ago is not known."),
        ),
        (
            BackInStock(48, location=TORONTO),
            {"levels": {TORONTO: 5}, "last_levels": {TORONTO: 0, PARIS: 90}, "last_stock": 90},
            on("Stock at Toronto is back: it was 0 and is 5.", again=NOW + hours(48)),
        ),
        (
            StockBelow(5, location=PARIS),
            {"levels": {TORONTO: 5}},
            off("Stock at location 502 is not known."),
        ),
        (
            BackInStock(48, location=PARIS),
            {"levels": {PARIS: 5}, "last_levels": {TORONTO: 0}, "last_stock": 0},
            off("Stock 5 at location 502 has not just come back."),
        ),
    ],
)
def test_one_location(trigger: Trigger, known: dict[str, Any], expected: Held) -> None:
    # The total says the opposite each time, and must not matter.
    total = 0 if isinstance(trigger, StockAbove) else 900
    assert ask(trigger, held=False, **{"stock": total, **known}) == expected


def test_a_long_name_of_a_location_is_cut() -> None:
    situation = Situation(now=NOW, levels={TORONTO: 5})
    said = evaluate(
        [StockBelow(5, location=TORONTO)], situation, locations={TORONTO: "x" * 500}
    ).why
    assert said == f"Stock 5 at {'x' * 80} is at or below 5."


@pytest.mark.parametrize(
    ("window", "moved", "again"),
    [
        (24, {Window(24): NOW - hours(20)}, NOW + hours(4)),
        (24, {Window(24): None}, None),
        # Nobody knows when it moved: 24 looks in a window, at most one in 15 minutes.
        (24, {}, NOW + hours(1)),
        (24, {Window(1): None}, NOW + hours(1)),
        (720, {}, NOW + hours(30)),
        (1, {}, NOW + hours(0.25)),
        # What is said to have moved before the window cannot be meant.
        (24, {Window(24): NOW - hours(24)}, NOW + hours(1)),
    ],
)
@pytest.mark.parametrize("before", [100, 40, None])
def test_a_change_is_looked_at_again_when_the_windows_start_moves(
    window: int, moved: dict[Window, dt.datetime | None], again: dt.datetime | None, before: int
) -> None:
    trigger = StockChange(FALL, D(50), window)
    found = ask(trigger, held=False, stock=40, before={Window(window): before}, moved=moved)
    assert (found.on, found.look_again_at) == (before == 100, again)


def test_of_several_triggers_each_keeps_its_own_edges_and_time() -> None:
    triggers: list[Trigger] = [
        StockBelow(5, margin=2),
        BackInStock(48),
        StockChange(FALL, D(50), 24),
        ByHand(),
    ]
    situation = Situation(
        now=NOW,
        stock=6,
        last_stock=0,
        before={DAY: 100},
        moved={DAY: NOW - hours(23)},
        by_hand=True,
    )
    assert evaluate(triggers, situation, holding=[0, 3], since=[SINCE, NOW - hours(9)]) == Held(
        positions=(0, 1, 2, 3),
        since=(SINCE, NOW, NOW, NOW - hours(9)),
        look_again_at=NOW + hours(1),
        why="Stock is back: it was 0 and is 6.",
    )


@pytest.mark.parametrize(
    ("stock", "by_hand", "holding", "why"),
    [
        # What has just begun is said before what held already.
        (3, True, [0], "Stock 3 is at or below 5."),
        (30, True, [0], "Stock 30 is above 20."),
        (3, True, [0, 1], "It is switched on by hand."),
        # What has just ended before what did not hold anyway; figures before a switch.
        (10, False, [0, 2], "Stock 10 is at or below 20."),
        (10, False, [0], "It is not switched on by hand."),
        (10, False, [0, 1], "Stock 10 is above 5."),
        (10, False, [2], "Stock 10 is at or below 20."),
        (10, False, [], "Stock 10 is above 5."),
    ],
)
def test_the_sentence_is_that_of_what_moved(
    stock: int, by_hand: bool, holding: list[int], why: str
) -> None:
    triggers: list[Trigger] = [ByHand(), StockBelow(5), StockAbove(20)]
    situation = Situation(now=NOW, stock=stock, by_hand=by_hand)
    since = [SINCE] * len(holding)
    assert evaluate(triggers, situation, holding=holding, since=since).why == why


def test_positions_and_times_belong_together() -> None:
    with pytest.raises(ValueError, match="shorter"):
        evaluate([Always()], Situation(now=NOW), holding=[0], since=[])
