"""Whether a number is an amount of money or a percentage that can be meant."""

from decimal import Decimal

from foundation.findings import Findings
from pricing.contracts import MAX_PRICE

from .numbers import PERCENT_DIGITS, has_more_digits, plain

_ZERO = Decimal(0)


def check_amount(
    findings: Findings, place: str, value: Decimal, digits: int, *, low: Decimal = _ZERO
) -> None:
    """Find fault with an amount: not below ``low``, in whole units of the currency."""
    if not value.is_finite() or abs(value) > MAX_PRICE:
        findings.add(place, f"Enter at most {MAX_PRICE:,f}.")
    elif value < low:
        findings.add(place, f"Enter at least {plain(low)}.")
    elif has_more_digits(value, digits):
        findings.add(
            place,
            f"Enter at most {digits} decimals."
            if digits
            else "Enter a whole amount: the currency has no decimals.",
        )


def check_percent(  # noqa: PLR0913 -- a range has two ends, each open or closed
    findings: Findings,
    place: str,
    value: Decimal,
    low: Decimal,
    high: Decimal,
    *,
    above: bool = False,
    below: bool = False,
) -> None:
    """Find fault with a percentage: ``above`` and ``below`` say that an end is not included."""
    in_range = (
        value.is_finite()
        and (value > low if above else value >= low)
        and (value < high if below else value <= high)
    )
    if not in_range:
        least = f"above {plain(low)}" if above else f"of at least {low:,f}"
        most = f"below {plain(high)}" if below else f"at most {high:,f}"
        findings.add(place, f"Enter a percentage {least} and {most}.")
    elif has_more_digits(value, PERCENT_DIGITS):
        findings.add(place, f"Enter at most {PERCENT_DIGITS} decimals.")


def check_count(findings: Findings, place: str, value: Decimal) -> None:
    """Find fault with a number of pieces, which may be below zero: sold, but not there."""
    if not value.is_finite() or abs(value) > 10**9:
        findings.add(place, "Enter a whole number of at most 1,000,000,000.")
    elif has_more_digits(value, 0):
        findings.add(place, "Enter a whole number.")
