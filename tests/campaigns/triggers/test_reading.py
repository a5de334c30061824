"""Triggers come in as JSON and go out in one spelling."""

import datetime as dt
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.triggers import (
    KEYS,
    Always,
    BackInStock,
    ByHand,
    Direction,
    Needs,
    OutOfStock,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
    TriggerKind,
    Window,
    needs,
    read_triggers,
    triggers_to_json,
)

from .strategies import trigger_sets

D = Decimal
EVERYTHING: list[tuple[dict[str, Any], Trigger]] = [
    ({"kind": "always"}, Always()),
    ({"kind": "by_hand"}, ByHand()),
    ({"kind": "stock_below", "threshold": "5"}, StockBelow(5)),
    (
        {"kind": "stock_below", "threshold": "-5", "margin": "2", "location": "72446345278"},
        StockBelow(-5, margin=2, location=72446345278),
    ),
    ({"kind": "stock_below", "threshold": "5", "off": "5"}, StockBelow(5, off=5)),
    ({"kind": "stock_above", "threshold": "10", "off": "-2"}, StockAbove(10, off=-2)),
    (
        {"kind": "stock_change", "direction": "fall", "percent": "12.5", "hours": "24"},
        StockChange(Direction.FALL, D("12.5"), 24),
    ),
    (
        {
            "kind": "stock_change",
            "direction": "rise",
            "percent": "10000",
            "hours": "720",
            "margin": "0.000001",
            "location": "1",
        },
        StockChange(Direction.RISE, D(10_000), 720, margin=D("0.000001"), location=1),
    ),
    (
        {
            "kind": "stock_change",
            "direction": "fall",
            "percent": "100",
            "hours": "1",
            "off": "100",
        },
        StockChange(Direction.FALL, D(100), 1, off=D(100)),
    ),
    ({"kind": "out_of_stock"}, OutOfStock()),
    ({"kind": "out_of_stock", "margin": "3", "location": "1"}, OutOfStock(margin=3, location=1)),
    ({"kind": "out_of_stock", "off": "0"}, OutOfStock(off=0)),
    ({"kind": "back_in_stock", "hold": "8760"}, BackInStock(8_760)),
    ({"kind": "back_in_stock", "hold": "1", "location": "1"}, BackInStock(1, location=1)),
]


@pytest.mark.parametrize(("document", "trigger"), EVERYTHING)
def test_every_kind(document: dict[str, Any], trigger: Trigger) -> None:
    assert read_triggers([document]) == (trigger,)
    assert triggers_to_json([trigger]) == [document]
    with localcontext(prec=2):
        assert read_triggers([document]) == (trigger,)


def test_what_a_trigger_has_by_default_may_be_said_and_is_not_written() -> None:
    least = {"kind": "stock_below", "threshold": "5"}
    said = {**least, "threshold": 5, "margin": 0, "off": None, "location": None}
    assert read_triggers([said]) == read_triggers((least,)) == (StockBelow(5),)
    assert triggers_to_json([StockBelow(5)]) == [least]
    change = {"kind": "stock_change", "direction": "fall", "percent": "20", "hours": "24"}
    wordy = {**change, "percent": " 20.00 ", "hours": "24.0", "margin": "0.0"}
    assert triggers_to_json(read_triggers([wordy])) == [change]


def test_every_kind_says_what_it_takes() -> None:
    stock = ("threshold", "margin", "off", "location")
    assert dict(KEYS) == {
        TriggerKind.ALWAYS: ("kind",),
        TriggerKind.BY_HAND: ("kind",),
        TriggerKind.STOCK_BELOW: ("kind", *stock),
        TriggerKind.STOCK_ABOVE: ("kind", *stock),
        TriggerKind.STOCK_CHANGE: (
            *("kind", "direction", "percent", "hours"),
            *("margin", "off", "location"),
        ),
        TriggerKind.OUT_OF_STOCK: ("kind", "margin", "off", "location"),
        TriggerKind.BACK_IN_STOCK: ("kind", "hold", "location"),
    }


@given(trigger_sets())
def test_what_is_written_is_read_back(some: tuple[Trigger, ...]) -> None:
    written = triggers_to_json(some)
    assert read_triggers(written) == some
    assert triggers_to_json(read_triggers(written)) == written


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=10)
    | st.sampled_from(["5", "0.5", "-1", "fall", "rise", *TriggerKind.values])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ALMOST = st.dictionaries(
    st.sampled_from(sorted({key for keys in KEYS.values() for key in keys})) | st.text(max_size=3),
    SCALARS | ANYTHING,
).flatmap(
    lambda said: st.sampled_from([*TriggerKind.values, None]).map(
        lambda kind: {**said, "kind": kind}
    )
)


@given(ANYTHING | st.lists(ALMOST, max_size=7))
def test_any_json_is_read_or_refused_by_place(raw: Any) -> None:
    read: tuple[Trigger, ...] = ()
    errors: dict[str, str] = {}
    try:
        read = read_triggers(raw)
    except TriggerErrors as refused:
        errors = refused.errors
    assert bool(read) != bool(errors)
    assert all(said.endswith(".") for said in errors.values())
    if read:
        assert len(read) <= 5
        assert read_triggers(triggers_to_json(read)) == read


def test_what_must_be_read_of_the_past_and_where() -> None:
    nothing = Needs(frozenset(), frozenset(), frozenset(), dt.timedelta(0))
    assert needs([Always(), ByHand(), StockBelow(5), OutOfStock()]) == nothing
    assert needs(
        [
            StockChange(Direction.FALL, D(20), 24),
            StockChange(Direction.RISE, D(20), 24),
            StockChange(Direction.FALL, D(20), 48, location=1),
            StockAbove(5, location=2),
            BackInStock(48),
            BackInStock(48, location=3),
        ]
    ) == Needs(
        windows=frozenset({Window(24), Window(48, 1)}),
        locations=frozenset({1, 2, 3}),
        remembered=frozenset({None, 3}),
        reach=dt.timedelta(hours=48),
    )
