"""What actions, rounding and the compare-at price make of a price, case by case."""

import pytest

from pricing.enums import Action, CompareAtAction, RoundingDirection
from pricing.enums import SkipReason as Skip
from pricing.rules import Evaluation, Facts, simple_rule

from .cases import changed, known, left, outcome

UP, DOWN, NEAREST = RoundingDirection.UP, RoundingDirection.DOWN, RoundingDirection.NEAREST


@pytest.mark.parametrize(
    ("action", "value", "facts", "wanted"),
    [
        (Action.SET, "19.99", known("30.00"), changed("19.99")),
        (Action.SET, "0", known("30.00"), changed("0")),
        (Action.SET, "30", known("30.00"), left(Skip.NO_CHANGE)),
        (Action.AMOUNT, "-2.50", known("30.00"), changed("27.50")),
        (Action.AMOUNT, "2.50", known("30.00"), changed("32.50")),
        (Action.AMOUNT, "-30", known("30.00"), changed("0")),
        (Action.AMOUNT, "-30.01", known("30.00"), left(Skip.BELOW_ZERO)),
        (Action.PERCENT, "-12", known("19.95"), changed("17.56")),
        (Action.PERCENT, "12.5", known("19.95"), changed("22.44")),
        (Action.PERCENT, "-100", known("19.95"), changed("0")),
        (Action.PERCENT, "0", known("19.95"), left(Skip.NO_CHANGE)),
        # 40 % of 16.67 is 6.668, which leaves 10.002: a cent less would be under the margin.
        (Action.MARGIN, "40", known("30.00", cost="10.00"), changed("16.67")),
        (Action.MARGIN, "0", known("30.00", cost="10.00"), changed("10.00")),
        (Action.MARGIN, "99.99", known("30.00", cost="1.00"), changed("10000.00")),
        (Action.MARGIN, "40", known("30.00"), left(Skip.NO_COST)),
        (Action.MARKUP, "50", known("30.00", cost="10.01"), changed("15.02")),
        (Action.MARKUP, "-100", known("30.00", cost="10.01"), changed("0")),
        (Action.MARKUP, "50", known("30.00"), left(Skip.NO_COST)),
        (Action.TO_COMPARE_AT, None, known("30.00", compare_at="40"), changed("40", "40")),
        (Action.TO_COMPARE_AT, None, known("30.00", compare_at="30"), left(Skip.NO_CHANGE)),
        (Action.TO_COMPARE_AT, None, known("30.00"), left(Skip.NO_COMPARE_AT)),
        (Action.FROM_COMPARE_AT, "-20", known("30.00", compare_at="40"), changed("32", "40")),
        (Action.FROM_COMPARE_AT, "-20", known("30.00"), left(Skip.NO_COMPARE_AT)),
        (Action.FILE, None, known("30.00", file_price="28.49"), changed("28.49")),
        (Action.FILE, None, known("30.00", file_price="-1"), left(Skip.BELOW_ZERO)),
        (Action.FILE, None, known("30.00"), left(Skip.NOT_IN_FILE)),
        (Action.PERCENT, "10000", known("999999999999999999.99"), left(Skip.TOO_LARGE)),
        (
            Action.PERCENT,
            "-0.000001",
            known("999999999999999999.99"),
            changed("999999989999999999.99"),
        ),
    ],
)
def test_actions(action: Action, value: str | None, facts: Facts, wanted: Evaluation) -> None:
    assert outcome(simple_rule(action, value), facts) == wanted


@pytest.mark.parametrize(
    ("step", "ending", "direction", "raw", "wanted"),
    [
        ("0.01", "0", NEAREST, "10.25", "10.25"),
        ("0.05", "0", NEAREST, "10.02", "10.00"),
        # A tie goes up.
        ("0.05", "0", NEAREST, "10.025", "10.05"),
        ("0.05", "0", UP, "10.01", "10.05"),
        ("0.05", "0", DOWN, "10.04", "10.00"),
        ("1", "0", NEAREST, "10.50", "11.00"),
        ("1", "0.99", NEAREST, "10.48", "9.99"),
        ("1", "0.99", NEAREST, "10.49", "10.99"),
        ("1", "0.99", UP, "10.99", "10.99"),
        ("1", "0.99", UP, "11.00", "11.99"),
        ("1", "0.99", DOWN, "10.98", "9.99"),
        ("10", "9.99", NEAREST, "14.98", "9.99"),
        ("10", "9.99", NEAREST, "14.99", "19.99"),
        ("7.5", "2.5", NEAREST, "13.76", "17.50"),
        # The first price of the grid is the nearest to everything below it.
        ("1", "0.99", NEAREST, "0.10", "0.99"),
        ("1", "0.99", NEAREST, "0", "0.99"),
        ("1", "0.99", UP, "0.10", "0.99"),
    ],
)
def test_rounding(
    step: str, ending: str, direction: RoundingDirection, raw: str, wanted: str
) -> None:
    # Through the list, as a price to be set has no more than cents.
    rule = simple_rule(Action.FILE, step=step, ending=ending, direction=direction)
    assert outcome(rule, known("77.77", file_price=raw)) == changed(wanted)


@pytest.mark.parametrize(
    ("direction", "facts", "change"),
    [
        # Down from 0.10 is -0.01.
        (DOWN, known("1.10"), "-1"),
        # Three cents too much are not given away for nothing, though zero is the nearest price.
        (NEAREST, known("1.00"), "-1.03"),
        (UP, known("1.00"), "-1.03"),
    ],
)
def test_nothing_is_rounded_up_from_below_zero(
    direction: RoundingDirection, facts: Facts, change: str
) -> None:
    ending = "0.99" if direction is DOWN else "0"
    rule = simple_rule(Action.AMOUNT, change, step=1, ending=ending, direction=direction)
    assert outcome(rule, facts) == left(Skip.BELOW_ZERO)


@pytest.mark.parametrize(
    ("kind", "value", "change", "facts", "wanted"),
    [
        (CompareAtAction.KEEP, None, "-1", known("10", compare_at="15"), changed("9", "15")),
        (CompareAtAction.KEEP, None, "-1", known("10"), changed("9", None)),
        (CompareAtAction.OLD_PRICE, None, "-1", known("10"), changed("9", "10")),
        (CompareAtAction.OLD_PRICE, None, "-1", known("10", compare_at="15"), changed("9", "10")),
        (CompareAtAction.OLD_PRICE, None, "1", known("10", compare_at="15"), changed("11", "15")),
        (CompareAtAction.OLD_PRICE, None, "0", known("10", compare_at="15"), left(Skip.NO_CHANGE)),
        (CompareAtAction.CLEAR, None, "-1", known("10", compare_at="15"), changed("9", None)),
        # A change of the compare-at price alone is a change.
        (CompareAtAction.CLEAR, None, "0", known("10", compare_at="15"), changed("10", None)),
        (CompareAtAction.CLEAR, None, "0", known("10"), left(Skip.NO_CHANGE)),
        (CompareAtAction.SET, "12.50", "0", known("10"), changed("10", "12.50")),
        (
            CompareAtAction.SET,
            "12.50",
            "0",
            known("10", compare_at="12.5"),
            left(Skip.NO_CHANGE),
        ),
        (
            CompareAtAction.FILE,
            None,
            "0",
            known("10", compare_at="15", file_compare_at="20"),
            changed("10", "20"),
        ),
        (CompareAtAction.FILE, None, "-1", known("10", compare_at="15"), changed("9", "15")),
    ],
)
def test_compare_at(
    kind: CompareAtAction, value: str | None, change: str, facts: Facts, wanted: Evaluation
) -> None:
    rule = simple_rule(Action.AMOUNT, change, compare_at=kind, compare_at_value=value)
    assert outcome(rule, facts) == wanted


def test_the_end_of_a_sale() -> None:
    rule = simple_rule(Action.TO_COMPARE_AT, compare_at=CompareAtAction.CLEAR)
    assert outcome(rule, known("30", compare_at="40")) == changed("40", None)


def test_a_price_has_cents_whatever_the_step() -> None:
    rule = simple_rule(Action.PERCENT, "-10", step=5)
    target = outcome(rule, known("22")).target
    assert target is not None
    assert str(target.price) == "20.00"
