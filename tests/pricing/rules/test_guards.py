"""What guards make of a price, alone and together, case by case."""

from decimal import Decimal
from typing import Any

import pytest

from pricing.enums import Action, GuardKind, GuardMode
from pricing.enums import SkipReason as Skip
from pricing.rules import Evaluation, Facts, Guard, Rounding, Rule, simple_rule

from .cases import changed, known, left, outcome

SKIP, CLAMP = GuardMode.SKIP, GuardMode.CLAMP
D = Decimal


@pytest.mark.parametrize(
    ("guards", "facts", "wanted"),
    [
        # Every one halves the price: 20.00 -> 10.00 and rounds to five: 10.00.
        ([("floor", "8", CLAMP)], known("20"), changed("10")),
        ([("floor", "10", CLAMP)], known("20"), changed("10")),
        ([("floor", "10", SKIP)], known("20"), changed("10")),
        # Rounding never crosses a floor: 11.01 is not on the grid, 10.00 is under it.
        ([("floor", "11.01", CLAMP)], known("20"), changed("15", held=GuardKind.FLOOR)),
        ([("floor", "11.01", SKIP)], known("20"), left(Skip.BELOW_FLOOR)),
        ([("floor", "19", CLAMP)], known("20"), left(Skip.NO_CHANGE, GuardKind.FLOOR)),
        ([("ceiling", "9.99", CLAMP)], known("20"), changed("5", held=GuardKind.CEILING)),
        ([("ceiling", "9.99", SKIP)], known("20"), left(Skip.ABOVE_CEILING)),
        (
            [("min_margin", "40", CLAMP)],
            known("20", cost="9"),
            changed("15", held=GuardKind.MIN_MARGIN),
        ),
        ([("min_margin", "40", CLAMP)], known("20", cost="6"), changed("10")),
        # 6.01 / 0.6 is 10.0166…: nothing that 10.00 could be said to be.
        ([("min_margin", "40", SKIP)], known("20", cost="6.01"), left(Skip.BELOW_MARGIN)),
        ([("min_margin", "0", SKIP)], known("20", cost="10"), changed("10")),
        ([("min_margin", "40", CLAMP)], known("20"), left(Skip.NO_COST)),
        ([("min_margin", "40", SKIP)], known("20"), left(Skip.NO_COST)),
        ([("max_change", "50", SKIP)], known("20"), changed("10")),
        ([("max_change", "49.999999", SKIP)], known("20"), left(Skip.CHANGE_TOO_LARGE)),
        (
            [("max_change", "49.999999", CLAMP)],
            known("20"),
            changed("15", held=GuardKind.MAX_CHANGE),
        ),
        ([("max_change", "5", CLAMP)], known("20"), left(Skip.NO_CHANGE, GuardKind.MAX_CHANGE)),
        # 21.85 to 24.15: no price of the grid is in it.
        ([("max_change", "5", CLAMP)], known("23"), left(Skip.NO_PRICE_FITS)),
        ([("max_change", "1000", SKIP)], known("20"), changed("10")),
        # Of two that move it as far, the first one is told.
        (
            [("floor", "11", CLAMP), ("min_margin", "0", CLAMP)],
            known("20", cost="12"),
            changed("15", held=GuardKind.FLOOR),
        ),
        # The guard that decides is the one that moves furthest, whichever comes first.
        (
            [("floor", "11", CLAMP), ("max_change", "25", CLAMP)],
            known("20"),
            changed("15", held=GuardKind.FLOOR),
        ),
        (
            [("floor", "11", CLAMP), ("max_change", "20", CLAMP)],
            known("20"),
            left(Skip.NO_CHANGE, GuardKind.MAX_CHANGE),
        ),
        # Clamping to one guard breaks no other, also none that skips.
        (
            [("floor", "11", CLAMP), ("ceiling", "18", SKIP)],
            known("20"),
            changed("15", held=GuardKind.FLOOR),
        ),
        (
            [("min_margin", "50", CLAMP), ("ceiling", "14", SKIP)],
            known("20", cost="6"),
            left(Skip.NO_PRICE_FITS),
        ),
        # Of two guards that skip, the first one is told.
        (
            [("max_change", "10", SKIP), ("floor", "12", SKIP)],
            known("20"),
            left(Skip.CHANGE_TOO_LARGE),
        ),
        (
            [("floor", "12", SKIP), ("max_change", "10", SKIP)],
            known("20"),
            left(Skip.BELOW_FLOOR),
        ),
        (
            [("floor", "12", CLAMP), ("max_change", "10", SKIP)],
            known("20"),
            left(Skip.CHANGE_TOO_LARGE),
        ),
    ],
)
def test_guards(guards: list[tuple[str, str, GuardMode]], facts: Facts, wanted: Evaluation) -> None:
    rule = Rule(
        Action.PERCENT,
        D(-50),
        rounding=Rounding(step=D(5)),
        guards=tuple(Guard(GuardKind(kind), D(value), mode) for kind, value, mode in guards),
    )
    assert outcome(rule, facts) == wanted


@pytest.mark.parametrize(
    ("change", "options", "facts", "wanted"),
    [
        # A price below zero is lifted by a limit that clamps, and by no other.
        ("-40", {"floor": "5"}, known("30"), changed("5", held=GuardKind.FLOOR)),
        ("-40", {"floor": "0"}, known("30"), changed("0", held=GuardKind.FLOOR)),
        ("-40", {"floor": "5", "otherwise": SKIP}, known("30"), left(Skip.BELOW_FLOOR)),
        (
            "-40",
            {"min_margin": "50"},
            known("30", cost="4"),
            changed("8", held=GuardKind.MIN_MARGIN),
        ),
        ("-40", {"max_change": "20"}, known("30"), changed("24", held=GuardKind.MAX_CHANGE)),
        ("-40", {"max_change": "100"}, known("30"), left(Skip.BELOW_ZERO)),
        ("-40", {"max_change": "200"}, known("30"), left(Skip.BELOW_ZERO)),
        ("-40", {"ceiling": "50"}, known("30"), left(Skip.BELOW_ZERO)),
        # What is too large is brought down by a limit that clamps.
        (
            "1",
            {"ceiling": "50"},
            known("999999999999999999.99"),
            changed("50", held=GuardKind.CEILING),
        ),
        (
            "1",
            {"ceiling": "50", "otherwise": SKIP},
            known("999999999999999999.99"),
            left(Skip.ABOVE_CEILING),
        ),
        (
            "40",
            {"ceiling": "24", "max_change": "20"},
            known("20"),
            changed("24", held=GuardKind.CEILING),
        ),
        ("1", {"floor": "50"}, known("999999999999999999.99"), left(Skip.TOO_LARGE)),
        ("0", {"min_margin": "99.99"}, known("1", cost="999999999999999"), left(Skip.TOO_LARGE)),
        # A price that the action leaves alone is held all the same.
        ("0", {"floor": "12"}, known("10"), changed("12", held=GuardKind.FLOOR)),
        ("0", {"floor": "12", "otherwise": SKIP}, known("10"), left(Skip.BELOW_FLOOR)),
        ("0", {"max_change": "10"}, known("0"), left(Skip.NO_CHANGE)),
        ("1", {"max_change": "10"}, known("0"), left(Skip.NO_CHANGE, GuardKind.MAX_CHANGE)),
    ],
)
def test_guards_at_the_ends(
    change: str, options: dict[str, Any], facts: Facts, wanted: Evaluation
) -> None:
    assert outcome(simple_rule(Action.AMOUNT, change, **options), facts) == wanted


def test_the_first_price_of_the_grid_may_be_above_every_limit() -> None:
    """From 0.10 the price may rise to 0.20, and the lowest price that ends in .99 is 0.99."""
    rule = simple_rule(Action.AMOUNT, 0, step=1, ending="0.99", max_change=100)
    assert outcome(rule, known("0.10")) == left(Skip.NO_PRICE_FITS)
