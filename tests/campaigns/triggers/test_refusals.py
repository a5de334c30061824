"""What cannot be meant is refused with a sentence at its place."""

from decimal import Decimal
from typing import Any

import pytest

from campaigns.triggers import (
    Direction,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
    check_triggers,
    read_triggers,
)

KINDS = "always, by_hand, stock_below, stock_above, stock_change, out_of_stock, back_in_stock"
NUMBER = "Enter an ordinary number such as 12.50: digits and a point, nothing else."
PIECES = "Enter a whole number from -1,000,000,000 to 1,000,000,000."
MARGIN = "Enter a whole number from 0 to 1,000,000,000."
PERCENT = "Enter a percentage above 0 and at most 10,000."
WINDOW = "Enter a whole number of hours from 1 to 720."
HOLD = "Enter a whole number of hours from 1 to 8,760."
OFF_AT_ONCE = "otherwise it would be off as soon as it is on."
NEVER_OFF = "otherwise it would never go off."
LOCATION = "Enter the number of a location."


def refusals(raw: Any) -> dict[str, str]:
    with pytest.raises(TriggerErrors) as refused:
        read_triggers(raw)
    return refused.value.errors


def below(**said: Any) -> dict[str, Any]:
    return {"kind": "stock_below", "threshold": "5", **said}


def above(**said: Any) -> dict[str, Any]:
    return {"kind": "stock_above", "threshold": "10", **said}


def fall(**said: Any) -> dict[str, Any]:
    return {"kind": "stock_change", "direction": "fall", "percent": "20", "hours": "24", **said}


def rise(**said: Any) -> dict[str, Any]:
    return fall(direction="rise", **said)


def out(**said: Any) -> dict[str, Any]:
    return {"kind": "out_of_stock", **said}


def back(**said: Any) -> dict[str, Any]:
    return {"kind": "back_in_stock", "hold": "48", **said}


@pytest.mark.parametrize(
    ("raw", "errors"),
    [
        (None, {"": "Enter a list of triggers."}),
        ({}, {"": "Enter a list of triggers."}),
        ("[]", {"": "Enter a list of triggers."}),
        ([], {"": "Enter 1 to 5 triggers."}),
        ([below(threshold=each) for each in range(6)], {"": "Enter 1 to 5 triggers."}),
        ([below(threshold=each) for each in range(9_999)], {"": "Enter 1 to 5 triggers."}),
        ([None], {"0": "Enter an object with kind and what belongs to it."}),
        (["always"], {"0": "Enter an object with kind and what belongs to it."}),
        ([{}], {"0.kind": f"Choose one of: {KINDS}."}),
        ([{"kind": "stock"}], {"0.kind": f"Choose one of: {KINDS}."}),
        ([{"kind": ["always"]}], {"0.kind": f"Choose one of: {KINDS}."}),
        (
            [{"kind": "always", "threshold": "5"}],
            {"0.threshold": "Leave it out: known here are kind."},
        ),
        (
            [back(margin="1", **{"x" * 50: 1})],
            {
                "0.margin": "Leave it out: known here are kind, hold, location.",
                f"0.{'x' * 40}": "Leave it out: known here are kind, hold, location.",
            },
        ),
        (
            [
                out(),
                below(threshold=None),
                fall(direction=None, percent=None, hours=None),
                back(hold=None),
            ],
            {
                "1.threshold": "Enter the number of pieces.",
                "2.direction": "Choose one of: fall, rise.",
                "2.percent": "Enter a percentage.",
                "2.hours": "Enter the number of hours to look back.",
                "3.hold": "Enter the number of hours it holds.",
            },
        ),
    ],
)
def test_shapes(raw: Any, errors: dict[str, str]) -> None:
    assert refusals(raw) == errors


def test_a_million_unknown_keys_are_not_all_named() -> None:
    assert len(refusals([{"kind": "always", **{f"key {each}": 1 for each in range(1_000)}}])) == 5


@pytest.mark.parametrize(
    ("trigger", "key", "said"),
    [
        (below(threshold=0.5), "threshold", "0.1 is not a tenth; send it as a string."),
        (below(threshold="5.5"), "threshold", "Enter a whole number."),
        (below(threshold="five"), "threshold", NUMBER),
        (below(threshold=True), "threshold", NUMBER),
        (below(threshold="1000000001"), "threshold", PIECES),
        (below(threshold="-1000000001"), "threshold", PIECES),
        (below(margin="-1"), "margin", MARGIN),
        (below(margin="0.5"), "margin", "Enter a whole number."),
        (below(off="1000000001"), "off", PIECES),
        (out(off="-1000000001"), "off", PIECES),
        (out(margin="1000000001"), "margin", MARGIN),
        (above(location="0"), "location", LOCATION),
        (above(location="-5"), "location", LOCATION),
        (above(location=2**63), "location", LOCATION),
        (back(location="x"), "location", NUMBER),
        (fall(direction="down"), "direction", "Choose one of: fall, rise."),
        (fall(percent="0"), "percent", PERCENT),
        (fall(percent="-20"), "percent", PERCENT),
        (rise(percent="10000.000001"), "percent", PERCENT),
        (rise(percent="0.0000001"), "percent", "Enter at most 6 decimals."),
        (fall(margin="-1"), "margin", PERCENT),
        (fall(margin="0.0000001"), "margin", "Enter at most 6 decimals."),
        (fall(off="0"), "off", PERCENT),
        (fall(hours="0"), "hours", WINDOW),
        (fall(hours="721"), "hours", WINDOW),
        (fall(hours="1.5"), "hours", "Enter a whole number."),
        (back(hold="0"), "hold", HOLD),
        (back(hold="8761"), "hold", HOLD),
        (fall(location="0"), "location", LOCATION),
    ],
)
def test_bounds(trigger: dict[str, Any], key: str, said: str) -> None:
    assert refusals([out(margin="7"), trigger]) == {f"1.{key}": said}


@pytest.mark.parametrize(
    ("trigger", "key", "said"),
    [
        (below(off="4"), "off", f"Enter at least 5: {OFF_AT_ONCE}"),
        (above(off="11"), "off", f"Enter at most 10: {OFF_AT_ONCE}"),
        (out(off="-1"), "off", f"Enter at least 0: {OFF_AT_ONCE}"),
        (fall(off="20.000001"), "off", f"Enter at most 20: {OFF_AT_ONCE}"),
        (fall(margin="20"), "margin", f"Enter less than 20: {NEVER_OFF}"),
        (below(margin="999999996"), "margin", f"Enter at most 999,999,995: {NEVER_OFF}"),
        (
            above(threshold="-1000000000", margin="1"),
            "margin",
            f"Enter at most 0: {NEVER_OFF}",
        ),
        (
            fall(percent="100.5"),
            "percent",
            "Enter at most 100: no stock falls by more than all of it.",
        ),
        (
            below(margin="1", off="9"),
            "margin",
            "Leave the margin out: “off” says when it goes off.",
        ),
        (
            above(margin="1", off="9"),
            "margin",
            "Leave the margin out: “off” says when it goes off.",
        ),
        (out(margin="1", off="9"), "margin", "Leave the margin out: “off” says when it goes off."),
        (fall(margin="1", off="9"), "margin", "Leave the margin out: “off” says when it goes off."),
    ],
)
def test_a_trigger_that_contradicts_itself(trigger: dict[str, Any], key: str, said: str) -> None:
    assert refusals([trigger]) == {f"0.{key}": said}


@pytest.mark.parametrize(
    "trigger",
    [
        below(off="5"),
        below(threshold="-1000000000", off="1000000000"),
        above(off="10"),
        out(off="0"),
        fall(off="20"),
        fall(margin="19.999999"),
        fall(percent="100"),
        rise(percent="10000", hours="720"),
        below(margin="999999995"),
        back(hold="8760", location=2**63 - 1),
    ],
)
def test_what_is_just_possible(trigger: dict[str, Any]) -> None:
    assert len(read_triggers([trigger])) == 1


def test_triggers_that_change_nothing_beside_another() -> None:
    always = {"kind": "always"}
    same = "Leave it out: it says the same as trigger 1."
    covered = (
        "Leave this one or trigger 2 out: that one holds from start to end, so this one changes "
        "nothing."
    )
    assert refusals([below(), below()]) == {"1": same}
    assert refusals([below(margin="2"), below(off="7"), below(off="8")]) == {"1": same}
    assert refusals([always, always]) == {"1": same}
    assert refusals([below(), always, out()]) == {"0": covered, "2": covered}
    assert len(read_triggers([below(), below(location="1"), below(location="2")])) == 3


@pytest.mark.parametrize(
    ("trigger", "errors"),
    [
        (StockBelow(10**9 + 1), {"0.threshold": PIECES}),
        (StockAbove(1, margin=-1), {"0.margin": MARGIN}),
        (StockChange(Direction.FALL, Decimal("NaN"), 24), {"0.percent": PERCENT}),
        (StockChange(Direction.FALL, Decimal("Infinity"), 24), {"0.percent": PERCENT}),
    ],
)
def test_triggers_made_by_a_program_are_checked_alike(
    trigger: Trigger, errors: dict[str, str]
) -> None:
    with pytest.raises(TriggerErrors) as refused:
        check_triggers([trigger])
    assert refused.value.errors == errors
