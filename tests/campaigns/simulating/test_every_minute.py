"""Looking at each step, and again when told, finds what looking at every minute finds."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import Later, Pace, counted, may_move
from campaigns.simulating import Edge, Past, Prices, Trial, simulate
from campaigns.triggers import (
    BackInStock,
    Direction,
    OutOfStock,
    Situation,
    Step,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
    check_triggers,
    evaluate,
    needs,
)

D = Decimal
SHIRT = UUID(int=1)
TORONTO = 501
PIECES = st.integers(-2, 12)
MARGINS = st.integers(0, 3)
LOCATIONS = st.sampled_from([None, None, TORONTO])
TRIGGERS = st.one_of(
    st.builds(StockBelow, threshold=PIECES, margin=MARGINS, location=LOCATIONS),
    st.builds(StockAbove, threshold=PIECES, margin=MARGINS, location=LOCATIONS),
    st.builds(OutOfStock, margin=MARGINS, location=LOCATIONS),
    st.builds(BackInStock, hold=st.integers(1, 3), location=LOCATIONS),
    st.builds(
        StockChange,
        direction=st.sampled_from(Direction),
        percent=st.sampled_from([D(20), D(50), D(100)]),
        hours=st.integers(1, 3),
        margin=st.sampled_from([D(0), D(10)]),
        location=LOCATIONS,
    ),
)
PACES = st.builds(
    Pace,
    cool_down=st.sampled_from([0, 7, 90]).map(lambda count: dt.timedelta(minutes=count)),
    moves_per_day=st.sampled_from([None, 1, 3]),
    zone=st.sampled_from(["UTC", "America/Toronto"]),
)
MINUTE = dt.timedelta(minutes=1)
LENGTH = 8 * 60
# Toronto's midnight is inside.
BEGIN = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def sayable(triggers: Sequence[Trigger]) -> bool:
    try:
        check_triggers(triggers)
    except TriggerErrors:
        return False
    return True


@st.composite
def walks(draw: st.DrawFn) -> list[Step]:
    moments = sorted(draw(st.sets(st.integers(-4 * 60, LENGTH), max_size=14)))
    return [(BEGIN + each * MINUTE, draw(PIECES)) for each in moments]


@given(st.lists(TRIGGERS, min_size=1, max_size=3).filter(sayable), PACES, walks(), walks())
def test_looking_now_and_then_finds_what_looking_every_minute_finds(
    triggers: list[Trigger], pace: Pace, total: list[Step], there: list[Step]
) -> None:
    asked = Trial(triggers, BEGIN, BEGIN + LENGTH * MINUTE, pace)
    past = Past(SHIRT, total, {TORONTO: there})
    prices = Prices(lambda _variant, _stock: D(10), lambda _variant, _stock: D(8))
    (found,) = simulate([past], asked, prices)
    assert (found.edges, found.held_back, found.sold) == every_minute(asked, past)
    assert found.given_away == 2 * found.sold
    assert (found.puts, found.takes) == (
        sum(edge.on for edge in found.edges),
        sum(not edge.on for edge in found.edges),
    )
    assert [moment for interval in found.intervals for moment in interval] == [
        *(edge.at for edge in found.edges),
        *([asked.end] if found.puts > found.takes else []),
    ]


def every_minute(asked: Trial, past: Past) -> tuple[tuple[Edge, ...], int, int]:
    """Do what a campaign does, at every minute and by looking through all steps."""
    wanted = needs(asked.triggers)
    edges: list[Edge] = []
    held, last, waits, held_back, sold = None, None, False, 0, 0
    moved_at, moves_on, moves_today = None, None, 0
    for place in range(LENGTH):
        now = BEGIN + place * MINUTE
        on = bool(edges) and edges[-1].on
        situation = Situation(
            now=now,
            stock=there_was(past.steps, now),
            levels={TORONTO: there_was(past.by_location[TORONTO], now)},
            last_stock=last.stock if last else None,
            last_levels=last.levels if last else {},
            before={
                window: there_was(past.of(window.location), now - dt.timedelta(hours=window.hours))
                for window in wanted.windows
            },
        )
        if last and on and last.stock is not None and situation.stock is not None:
            sold += max(last.stock - situation.stock, 0)
        held = evaluate(
            asked.triggers,
            situation,
            holding=held.positions if held else (),
            since=held.since if held else (),
        )
        last = situation
        if held.on == on:
            waits = False
            continue
        if isinstance(may_move(asked.pace, now, moved_at, moves_on, moves_today), Later):
            held_back += not waits
            waits = True
            continue
        waits = False
        edges.append(Edge(now, held.on, held.why, situation.stock))
        moved_at = now
        moves_on, moves_today = counted(asked.pace, now, moves_on, moves_today)
    return tuple(edges), held_back, sold


def there_was(steps_of: Sequence[Step], moment: dt.datetime) -> int | None:
    return next((pieces for at, pieces in reversed(steps_of) if at <= moment), None)
