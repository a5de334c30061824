"""Smallest units: never rounded, never negative."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.stripe.money import MOST, from_wire, to_wire


@pytest.mark.parametrize(("amount", "currency", "units"), [
    ("24.00", "CAD", 2400), ("0.5", "usd", 50), ("0", "CAD", 0), ("1200", "JPY", 1200),
    ("4.510", "KWD", 4510), ("500", "ISK", 50_000), ("7", "MGA", 7), ("999999.99", "EUR", MOST),
])  # fmt: skip
def test_to_the_wire_and_back(amount: str, currency: str, units: int) -> None:
    assert to_wire(Decimal(amount), currency) == units
    assert from_wire(units, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [
    ("0.005", "CAD"), ("0.5", "JPY"), ("4.511", "KWD"), ("-1", "CAD"), ("1000000", "CAD"),
    ("NaN", "CAD"), ("Infinity", "CAD"),
])  # fmt: skip
def test_what_stripe_does_not_take(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=currency):
        to_wire(Decimal(amount), currency)


@given(st.integers(0, MOST), st.sampled_from(["CAD", "JPY", "EUR"]))
def test_every_amount_comes_back_as_it_went(units: int, currency: str) -> None:
    assert to_wire(from_wire(units, currency), currency) == units
