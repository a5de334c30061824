"""What people read of triggers."""

from decimal import Decimal

import pytest

from campaigns.triggers import (
    Always,
    BackInStock,
    ByHand,
    Direction,
    OutOfStock,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    triggers_words,
)

NAMES = {501: "Toronto"}


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (Always(), "On from the campaign's start to its end."),
        (ByHand(), "On and off by hand, for each variant."),
        (StockBelow(5), "On when stock is at or below 5, off when it is above 5."),
        (
            StockBelow(1_200, margin=50, location=501),
            "On when stock at Toronto is at or below 1,200, off when it is above 1,250.",
        ),
        (StockBelow(5, off=9), "On when stock is at or below 5, off when it is above 9."),
        (
            StockAbove(10, margin=2, location=502),
            "On when stock at location 502 is above 10, off when it is at or below 8.",
        ),
        (StockAbove(10, off=-1), "On when stock is above 10, off when it is at or below -1."),
        (
            StockChange(Direction.FALL, Decimal("20.50"), 24, margin=Decimal(5)),
            (
                "On when stock has fallen by at least 20.5 % within 24 hours, "
                "off when the fall is below 15.5 %."
            ),
        ),
        (
            StockChange(Direction.RISE, Decimal(100), 1, off=Decimal(80), location=501),
            (
                "On when stock at Toronto has risen by at least 100 % within 1 hour, "
                "off when the rise is below 80 %."
            ),
        ),
        (OutOfStock(), "On when stock is 0 or less, off when it is above 0."),
        (
            OutOfStock(margin=3, location=501),
            "On when stock at Toronto is 0 or less, off when it is above 3.",
        ),
        (
            BackInStock(48),
            "On for 48 hours when stock comes back, off at once when it is 0 or less again.",
        ),
        (
            BackInStock(1, location=501),
            (
                "On for 1 hour when stock at Toronto comes back, "
                "off at once when it is 0 or less again."
            ),
        ),
    ],
)
def test_words(trigger: Trigger, said: str) -> None:
    assert triggers_words([trigger], NAMES) == [said]
