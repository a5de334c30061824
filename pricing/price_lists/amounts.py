"""Amounts as people and spreadsheets write them: what is meant beyond doubt, or a refusal."""

import re
from decimal import Decimal
from typing import Final

from foundation.currencies import digits_of
from pricing.contracts import MAX_PRICE

_LONGEST: Final = 40
_MOST_DIGITS: Final = 2
"""Decimals that Shopify keeps, whatever the currency."""
_GROUP: Final = 3

# How nearly every amount is written; read at once, as a list has a million of them.
_PLAIN: Final = re.compile(r"[0-9]{1,17}(?:[.,][0-9]{1,2})?")
# What may stand around the digits: signs and codes of currencies, blanks, a sign of the number.
_WRITTEN: Final = re.compile(r"([^0-9.,]*)([.,]?[0-9][0-9.,'’\s]*)([^0-9]*)")  # noqa: RUF001 -- Swiss
_BLANKS: Final = re.compile(r"['’\s]")  # noqa: RUF001 -- as above
_DOLLARS: Final = frozenset(
    (
        *("AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "FJD", "HKD", "JMD", "NZD", "SGD"),
        *("TTD", "TWD", "USD", "XCD", "ARS", "CLP", "COP", "MXN", "UYU"),
    )
)
_SIGNS: Final = {
    "$": _DOLLARS,
    "CA$": {"CAD"},
    "C$": {"CAD"},
    "US$": {"USD"},
    "A$": {"AUD"},
    "AU$": {"AUD"},
    "NZ$": {"NZD"},
    "€": {"EUR"},
    "£": {"GBP"},
    "¥": {"JPY", "CNY"},
    "FR": {"CHF"},
    "KR": {"SEK", "NOK", "DKK", "ISK"},
    "ZŁ": {"PLN"},
}
_MINUS: Final = "-−–("  # noqa: RUF001 -- spreadsheets write these
_CODE: Final = 3


class NotAnAmount(ValueError):
    """The text is no amount, or could be several. ``str()`` says what to write."""


def amount_in(text: str, *, currency: str) -> Decimal:
    """Read an amount of the shop's currency. Raises :class:`NotAnAmount`.

    One sign before one or two digits is the decimal sign; of two different ones the last is it;
    one before exactly three digits may be either and is refused. Blanks and apostrophes are taken
    between groups of three digits.
    """
    text = text.strip()
    if _PLAIN.fullmatch(text) and digits_of(currency) >= _MOST_DIGITS:
        return Decimal(text.replace(",", "."))
    found = _WRITTEN.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise _not_an_amount(text, currency)
    before, number, after = (part.strip() for part in found.groups())
    if number[-1] in ".,":
        raise _not_an_amount(text, currency)
    for mark in (before, after):
        _check_mark(text, mark, currency)
    amount = _number(text, _BLANKS.sub(" ", number), currency)
    if amount > MAX_PRICE:
        message = f"“{_short(text)}” is more than Shopify takes."
        raise NotAnAmount(message)
    digits = min(digits_of(currency), _MOST_DIGITS)
    if amount % Decimal(1).scaleb(-digits):
        many = f"more than {digits} decimals" if digits else f"decimals; {currency} has none"
        message = f"“{_short(text)}” has {many}."
        raise NotAnAmount(message)
    return amount


def _check_mark(text: str, mark: str, currency: str) -> None:
    """Let pass what says nothing, or says the shop's currency."""
    mark = mark.upper()
    if any(sign in mark for sign in _MINUS):
        message = "A price cannot be negative."
        raise NotAnAmount(message)
    if not mark or mark == currency or currency in _SIGNS.get(mark.rstrip("."), ()):
        return
    if mark.rstrip(".") in _SIGNS or (len(mark) == _CODE and mark.isalpha()):
        message = f"“{_short(text)}” is in another currency; prices of this shop are in {currency}."
        raise NotAnAmount(message)
    raise _not_an_amount(text, currency)


def _number(text: str, number: str, currency: str) -> Decimal:
    whole, fraction = _split(text, number, currency)
    if (fraction is not None and not fraction.isdecimal()) or not _is_grouped(whole):
        raise _not_an_amount(text, currency)
    return Decimal(f"{re.sub('[^0-9]', '', whole) or '0'}.{fraction or '0'}")


def _split(text: str, number: str, currency: str) -> tuple[str, str | None]:
    """Cut a number at its decimal sign; None: it has none."""
    signs = [sign for sign in number if sign in ".,"]
    if not signs:
        return number, None
    if len(set(signs)) == 1:
        if len(signs) > 1:
            # A number has one decimal sign, so these are none.
            return number, None
        whole, fraction = number.split(signs[0])
        if len(fraction) == _GROUP and len(whole) <= _GROUP and _could_be_thousands(whole):
            raise _two_readings(text, whole, fraction, currency)
        return whole, fraction
    whole, fraction = number.rsplit(signs[-1], 1)
    if signs[-1] in whole:
        raise _not_an_amount(text, currency)
    return whole, fraction


def _could_be_thousands(whole: str) -> bool:
    return whole.isdecimal() and not whole.startswith("0")


def _is_grouped(whole: str) -> bool:
    """Whether digits stand alone, or in groups of three with one and the same sign between."""
    marks = {mark for mark in whole if not mark.isdecimal()}
    if not marks:
        return True
    if len(marks) > 1:
        return False
    first, *groups = whole.split(marks.pop())
    return 0 < len(first) <= _GROUP and all(len(group) == _GROUP for group in groups)


def _two_readings(text: str, whole: str, fraction: str, currency: str) -> NotAnAmount:
    plain = f"{whole}{fraction}"
    written = f"{plain}.00" if digits_of(currency) else plain
    return NotAnAmount(
        f"“{_short(text)}” may be {plain} or {whole}.{fraction}. Write {written} if that is meant."
    )


def _not_an_amount(text: str, currency: str) -> NotAnAmount:
    example = "12.50" if digits_of(currency) else "1250"
    return NotAnAmount(f"“{_short(text)}” is not a price. Write a number such as {example}.")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
