"""Amounts: ``Decimal`` with us, whole numbers of the smallest unit on Stripe's wire.

Stripe's decimals are not ISO's everywhere: ISK and UGX count hundredths that do not exist.
"""

from decimal import Decimal
from typing import Final

_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"), 0),
    **dict.fromkeys(("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
_THREE: Final = 3
MOST: Final = 99_999_999
"""The largest amount of a charge, in the smallest unit."""


def digits_of(currency: str) -> int:
    """Return how many decimals the smallest unit stands for."""
    return _DIGITS.get(currency.upper(), 2)


def to_wire(amount: Decimal, currency: str) -> int:
    """Return ``amount`` in the smallest unit.

    Raises ``ValueError`` for one that is negative, too large, or finer than Stripe takes: it is
    never rounded here.
    """
    digits = digits_of(currency)
    units = amount.scaleb(digits)
    # Of currencies with three decimals Stripe takes only multiples of ten.
    step = 10 if digits == _THREE else 1
    if not amount.is_finite() or units % step != 0:
        message = f"{amount} {currency.upper()} is finer than Stripe takes"
        raise ValueError(message)
    if not 0 <= units <= MOST:
        message = f"{amount} {currency.upper()} is no amount that Stripe takes"
        raise ValueError(message)
    return int(units)


def from_wire(units: int, currency: str) -> Decimal:
    """Return the amount of whole smallest units."""
    return Decimal(units).scaleb(-digits_of(currency))
