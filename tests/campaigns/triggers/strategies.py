"""Triggers and situations by chance: everything that may be said, and only what may."""

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from campaigns.triggers import (
    Always,
    BackInStock,
    ByHand,
    Direction,
    OutOfStock,
    Situation,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
    Window,
    check_triggers,
    needs,
)

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LOCATIONS = st.none() | st.integers(1, 2)
PIECES = st.integers(-3, 12)
PERCENT = st.decimals("0.000001", 150, places=6) | st.sampled_from([Decimal(10), Decimal(50)])


def sayable(*triggers: Trigger) -> bool:
    """Tell whether triggers pass the check."""
    try:
        check_triggers(triggers)
    except TriggerErrors:
        return False
    return True


def stock_triggers() -> st.SearchStrategy[StockBelow | StockAbove | OutOfStock]:
    """Draw triggers with margins and edges of their own."""
    pieces = st.integers(0, 5)
    more = {"margin": pieces, "off": st.none() | PIECES, "location": LOCATIONS}
    return st.one_of(
        st.builds(StockBelow, threshold=PIECES, **more),
        st.builds(StockAbove, threshold=PIECES, **more),
        st.builds(OutOfStock, **more),
    ).filter(sayable)


def change_triggers() -> st.SearchStrategy[StockChange]:
    return st.builds(
        StockChange,
        direction=st.sampled_from(Direction),
        percent=PERCENT,
        hours=st.sampled_from([1, 24, 720]),
        margin=st.just(Decimal(0)) | PERCENT,
        off=st.none() | PERCENT,
        location=LOCATIONS,
    ).filter(sayable)


def back_triggers() -> st.SearchStrategy[BackInStock]:
    return st.builds(BackInStock, hold=st.sampled_from([1, 48, 8_760]), location=LOCATIONS)


def trigger_sets() -> st.SearchStrategy[tuple[Trigger, ...]]:
    """Draw one to five that may stand together."""
    some = st.one_of(st.builds(ByHand), stock_triggers(), change_triggers(), back_triggers())
    sets = st.lists(some, min_size=1, max_size=5).map(tuple).filter(lambda each: sayable(*each))
    return st.just((Always(),)) | sets


@st.composite
def situations(draw: st.DrawFn, triggers: tuple[Trigger, ...]) -> Situation:
    """Draw what may be known of a variant, all of it or parts."""
    known = st.none() | PIECES
    levels = st.dictionaries(st.integers(1, 2), known)
    windows = st.sampled_from(sorted(needs(triggers).windows, key=str) or [Window(1)])
    moments = st.none() | st.datetimes(
        NOW.replace(month=1, tzinfo=None),
        NOW.replace(tzinfo=None),
        timezones=st.just(dt.UTC),
    )
    return Situation(
        now=NOW,
        stock=draw(known),
        levels=draw(levels),
        last_stock=draw(known),
        last_levels=draw(levels),
        before=draw(st.dictionaries(windows, known)),
        moved=draw(st.dictionaries(windows, moments)),
        by_hand=draw(st.booleans()),
    )
