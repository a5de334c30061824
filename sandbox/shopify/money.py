"""Amounts: decimal strings in the digits of the shop's currency."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

TOO_HIGH = Decimal(10) ** 18


def read(value: Any) -> Decimal:  # noqa: ANN401 - a string or number checked by `inputs`
    """The exact amount sent."""
    return Decimal(str(value))


def has_extra_digits(amount: Decimal, digits: int) -> bool:
    """Has it more decimals than the currency?"""
    return amount != amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def written(amount: Decimal, digits: int) -> str:
    """The amount as stored and shown, rounded half up."""
    return f"{amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
