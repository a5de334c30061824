"""Amounts: decimal strings in the digits of the shop's currency."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

WHOLE_DIGITS = 18
TOO_HIGH = Decimal(10) ** WHOLE_DIGITS


@lru_cache(maxsize=65_536)
def canonical(text: str, digits: int) -> str | None:
    """The text itself when it is a plain amount just as it would be stored, else None."""
    whole, _, part = text.partition(".")
    plain = whole.isascii() and whole.isdigit() and len(whole) <= WHOLE_DIGITS
    if not plain or (whole[0] == "0" and whole != "0"):
        return None
    good = (part.isascii() and part.isdigit() and len(part) == digits) if digits else not part
    return text if good and ("." in text) is bool(digits) else None


def read(value: Any) -> Decimal:
    """The exact amount sent."""
    return Decimal(str(value))


def has_extra_digits(amount: Decimal, digits: int) -> bool:
    """Has it more decimals than the currency?"""
    return amount != amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def written(amount: Decimal, digits: int) -> str:
    """The amount as stored and shown, rounded half up."""
    return f"{amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"


def stored(value: Any, digits: int) -> str:
    """What is stored when `value` is sent."""
    text = str(value)
    return canonical(text, digits) or written(read(text), digits)
