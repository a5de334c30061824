"""Triggers hold on to what they are between their edges, and never look back in time."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaigns.triggers import (
    BackInStock,
    Direction,
    OutOfStock,
    Situation,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    Window,
    evaluate,
)

from .strategies import NOW, PIECES, change_triggers, situations, stock_triggers, trigger_sets

EARLIER = NOW - dt.timedelta(hours=3)


def holds(trigger: Trigger, situation: Situation, *, held: bool) -> bool:
    since = [EARLIER] if held else []
    return evaluate([trigger], situation, holding=[0] * held, since=since).on


def stock_is(trigger: StockBelow | StockAbove | OutOfStock, pieces: int) -> Situation:
    if trigger.location is None:
        return Situation(now=NOW, stock=pieces)
    return Situation(now=NOW, stock=-pieces, levels={trigger.location: pieces})


def ends(trigger: StockBelow | StockAbove | OutOfStock) -> tuple[int, int]:
    """Return the highest stock of the lower zone and of the margin above it."""
    on_at = 0 if isinstance(trigger, OutOfStock) else trigger.threshold
    return min(on_at, trigger.off_at), max(on_at, trigger.off_at)


@given(stock_triggers(), st.lists(PIECES, max_size=8), st.booleans())
def test_inside_the_margin_nothing_moves_and_outside_the_stock_alone_decides(
    trigger: StockBelow | StockAbove | OutOfStock, walk: list[int], held: bool
) -> None:
    low, high = ends(trigger)
    for pieces in walk:
        after = holds(trigger, stock_is(trigger, pieces), held=held)
        if low < pieces <= high:
            assert after == held
        else:
            assert after == ((pieces > high) == isinstance(trigger, StockAbove))
        held = after


@given(stock_triggers(), st.data(), st.booleans())
def test_a_stock_that_stays_inside_the_margin_never_flaps(
    trigger: StockBelow | StockAbove | OutOfStock, data: st.DataObject, held: bool
) -> None:
    low, high = ends(trigger)
    walk = st.lists(st.integers(low + 1, high), min_size=1) if high > low else st.just([low])
    states = set()
    for pieces in data.draw(walk):
        held = holds(trigger, stock_is(trigger, pieces), held=held)
        states.add(held)
    assert len(states) == 1


@given(change_triggers(), st.integers(-5, 40), st.integers(-20, 200), st.booleans())
def test_a_change_is_what_fractions_say_it_is(
    trigger: StockChange, before: int, stock: int, held: bool
) -> None:
    situation = Situation(
        now=NOW,
        stock=stock,
        levels={1: stock, 2: stock},
        before={trigger.window: before},
    )
    expected = False
    if before > 0:
        change = Fraction(stock - before, before) * 100
        if trigger.direction is Direction.FALL:
            change = -change
        expected = change >= Fraction(trigger.off_at if held else trigger.percent)
    assert holds(trigger, situation, held=held) == expected


@given(trigger_sets().flatmap(lambda each: st.tuples(st.just(each), situations(each))))
def test_the_same_situation_twice_changes_nothing(
    asked: tuple[tuple[Trigger, ...], Situation],
) -> None:
    triggers, situation = asked
    first = evaluate(triggers, situation)
    same = replace(situation, last_stock=situation.stock, last_levels=situation.levels)
    again = evaluate(triggers, same, holding=first.positions, since=first.since)
    assert (again.positions, again.since) == (first.positions, first.since)
    assert again.look_again_at == first.look_again_at


@given(
    trigger_sets().flatmap(lambda each: st.tuples(st.just(each), situations(each))),
    st.data(),
)
def test_every_answer_is_whole(
    asked: tuple[tuple[Trigger, ...], Situation], data: st.DataObject
) -> None:
    triggers, situation = asked
    places = st.sets(st.integers(0, len(triggers) - 1)).map(sorted)
    holding = data.draw(places)
    result = evaluate(triggers, situation, holding=holding, since=[EARLIER] * len(holding))
    assert result.positions == tuple(sorted(set(result.positions)))
    assert [each == EARLIER for each in result.since] == [
        place in holding for place in result.positions
    ]
    assert result.look_again_at is None or result.look_again_at > NOW
    assert 0 < len(result.why) <= 300
    assert result.why.endswith(".")
    # One trigger's answer does not depend on its neighbours'.
    for place, trigger in enumerate(triggers):
        assert holds(trigger, situation, held=place in holding) == (place in result.positions)


@given(st.lists(PIECES, max_size=12), st.integers(1, 4), st.data())
def test_back_in_stock_is_what_a_small_model_says(
    walk: list[int], hold: int, data: st.DataObject
) -> None:
    trigger, moment = BackInStock(hold), NOW
    last: int | None = None
    since: dt.datetime | None = None
    for stock in walk:
        moment += dt.timedelta(minutes=data.draw(st.integers(0, 180)))
        state: dict[str, Any] = {} if since is None else {"holding": [0], "since": [since]}
        result = evaluate([trigger], Situation(now=moment, stock=stock, last_stock=last), **state)
        if since is not None:
            if stock <= 0 or moment - since >= dt.timedelta(hours=hold):
                since = None
        elif last is not None and last <= 0 < stock:
            since = moment
        assert (result.on, result.since) == (since is not None, (since,) if since else ())
        last = stock


def test_the_margin_is_exact_whatever_the_callers_precision() -> None:
    trigger = StockChange(Direction.RISE, Decimal("1234.567891"), 24, margin=Decimal("0.000001"))
    with localcontext(prec=3):
        assert trigger.off_at == Decimal("1234.56789")
        assert holds(
            trigger,
            Situation(now=NOW, stock=1_334_567_890, before={Window(24): 10**8}),
            held=True,
        )
