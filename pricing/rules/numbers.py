"""Numbers of the language: exact arithmetic, how they are written, how a stranger's are read."""

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Any

HUNDRED = Decimal(100)

# Amounts have 20 digits and percentages 11, so that products of three of them fit many times over.
# A result that would have to be rounded raises instead: no limit is ever off by a rounding.
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""The context of all arithmetic here: ``check_rules`` and ``compile_rules`` enter it.

So does a compiled set of rules, once for a variant: operators in it take a third of the time of
this context's methods.
"""

PERCENT_DIGITS = 6
"""Decimals of a percentage."""

_PLAIN = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_LONGEST = 40
_PLAIN_NUMBER = "Enter an ordinary number such as 12.50: digits and a point, nothing else."


def number_in(raw: Any) -> Decimal:
    """Read a number that a stranger sent as text or whole number.

    Raises ``ValueError`` with a sentence that says what to enter. There is no exponent, no NaN and
    no endless row of digits in what is read, so no arithmetic on it can grow out of bounds.
    """
    if isinstance(raw, float):
        message = "0.1 is not a tenth; send it as a string."
        raise ValueError(message)  # noqa: TRY004 -- what is wrong is the value's spelling
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise ValueError(_PLAIN_NUMBER)  # noqa: TRY004 -- the same
    text = _written(raw)
    if len(text) > _LONGEST:
        raise ValueError("Enter a number of at most 18 digits before the point.")
    if not _PLAIN.fullmatch(text):
        raise ValueError(_PLAIN_NUMBER)
    return Decimal(text)


def _written(raw: int | str | Decimal) -> str:
    if isinstance(raw, str):
        return raw.strip() if len(raw) <= 2 * _LONGEST else raw
    if isinstance(raw, Decimal):
        small = raw.is_finite() and -_LONGEST < raw.adjusted() < _LONGEST
        return plain(raw) if small else str(raw)
    # Python refuses to write whole numbers of thousands of digits.
    return str(raw) if abs(raw) < 10**_LONGEST else "9" * (_LONGEST + 1)


def plain(number: Decimal) -> str:
    """Write a number without exponent and without zeros at its end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def has_more_digits(number: Decimal, digits: int) -> bool:
    """Tell whether a number has more than ``digits`` decimals that matter."""
    return bool(number % Decimal(1).scaleb(-digits))


def floor_of(number: Decimal, unit: Decimal) -> Decimal:
    """Return how many whole units are in a number; below zero, towards minus infinity."""
    whole, rest = divmod(number, unit)
    return whole - 1 if rest < 0 else whole


def ceiling_of(number: Decimal, unit: Decimal) -> Decimal:
    """Return how many units it takes to reach a number."""
    whole, rest = divmod(number, unit)
    return whole + 1 if rest > 0 else whole


def nearest_of(number: Decimal, unit: Decimal) -> Decimal:
    """Return how many units come nearest to a number; of two as near, the higher."""
    whole, rest = divmod(number, unit)
    if rest < 0:
        whole, rest = whole - 1, rest + unit
    return whole + 1 if rest + rest >= unit else whole
