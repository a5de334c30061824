"""How the print shop's pages write amounts and sizes."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from foundation.currencies import digits_of

register = template.Library()
_SIGNS = {"CAD": "CA$", "USD": "US$", "EUR": "€", "GBP": "£", "AUD": "A$"}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency, such as CA$1,024.50."""
    unit = Decimal(1).scaleb(-digits_of(currency))
    value = amount.quantize(unit, rounding=ROUND_HALF_UP)
    sign = _SIGNS.get(currency)
    return f"{sign}{value:,}" if sign else f"{value:,} {currency}"


@register.filter
def centimetres(millimetres: Decimal) -> str:
    """Write a length as people say it: 30, or 10.5."""
    return f"{(Decimal(millimetres) / 10).normalize():f}"


@register.filter
def percent(share: Decimal) -> str:
    """Write a share as per cent: 0.13 is 13 %."""
    return f"{(Decimal(share) * 100).normalize():f}\u00a0%"
