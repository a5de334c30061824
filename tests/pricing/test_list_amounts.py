"""Amounts of price lists: what is meant beyond doubt is read, what could be two prices is not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.contracts import MAX_PRICE
from pricing.price_lists.amounts import NotAnAmount, amount_in


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12.50", "12.50"),
        ("12,5", "12.5"),
        ("12,50", "12.50"),
        (".50", "0.50"),
        (",5", "0.5"),
        ("0", "0"),
        ("007.50", "7.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12.345.678,90", "12345678.90"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u202f234\u202f567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),  # noqa: RUF001 -- as the Swiss write it
        ("$12.50", "12.50"),
        ("CA$ 12.50", "12.50"),
        ("12,50 $", "12.50"),
        ("12.50 CAD", "12.50"),
        ("cad12.50", "12.50"),
        ("$12.50\u00a0CAD", "12.50"),
        ("  12.50\u00a0", "12.50"),
        ("999999999999999999.99", "999999999999999999.99"),
    ],
)
def test_what_is_meant_is_read(text: str, amount: str) -> None:
    assert amount_in(text, currency="CAD") == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,234", "“1,234” may be 1234 or 1.234. Write 1234.00 if that is meant."),
        ("12.345", "“12.345” may be 12345 or 12.345. Write 12345.00 if that is meant."),
        ("0.125", "“0.125” has more than 2 decimals."),
        ("1234.567", "“1234.567” has more than 2 decimals."),
        ("1 234,567", "“1 234,567” has more than 2 decimals."),
        ("1,234.567", "“1,234.567” has more than 2 decimals."),
        ("-5", "A price cannot be negative."),
        ("−5.00", "A price cannot be negative."),  # noqa: RUF001 -- a real minus
        ("$-5", "A price cannot be negative."),
        ("5-", "A price cannot be negative."),
        ("(5.00)", "A price cannot be negative."),
        ("€12.50", "“€12.50” is in another currency; prices of this shop are in CAD."),
        ("12.50 EUR", "“12.50 EUR” is in another currency; prices of this shop are in CAD."),
        ("US$12.50", "“US$12.50” is in another currency; prices of this shop are in CAD."),
        ("1000000000000000000", "“1000000000000000000” is more than Shopify takes."),
        *(
            (text, f"“{text}” is not a price. Write a number such as 12.50.")
            for text in (
                "NaN",
                "Infinity",
                "1e3",
                "1E+3",
                "0x10",
                "12.",
                "12,-",
                "+5",
                "12%",
                "abc",
                "1.2.3",
                "1,2,3",
                "1.23,45",
                "1.234,50,1",
                "1,23.4",
                "1 23",
                "1234,567.00",
                "1 234.567,00",
                "12.50.00",
                "12 50.5",
                "１２",  # noqa: RUF001 -- digits, for Python
                "12.50 Stück",
                "12..50",
                "$",
            )
        ),
    ],
)
def test_what_is_not_beyond_doubt_is_refused(text: str, said: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        amount_in(text, currency="CAD")
    assert str(refused.value) == said


@pytest.mark.parametrize("text", ["1234", "1234.00", "1.234.567", "¥1234", "JPY 1234"])
def test_a_currency_without_decimals_takes_whole_amounts(text: str) -> None:
    assert amount_in(text, currency="JPY") in (Decimal(1234), Decimal(1234567))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1234.5", "“1234.5” has decimals; JPY has none."),
        ("1,234", "“1,234” may be 1234 or 1.234. Write 1234 if that is meant."),
        ("one", "“one” is not a price. Write a number such as 1250."),
    ],
)
def test_a_currency_without_decimals_is_told_so(text: str, said: str) -> None:
    with pytest.raises(NotAnAmount) as refused:
        amount_in(text, currency="JPY")
    assert str(refused.value) == said


cents = st.integers(0, int(MAX_PRICE * 100)).map(lambda number: Decimal(number) / 100)


@given(cents)
def test_every_amount_is_read_as_it_was_written(amount: Decimal) -> None:
    english, plain = f"{amount:,.2f}", f"{amount:.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = german.replace(".", "\u202f")
    for text in (english, plain, german, french, plain.replace(".", ","), f"{french} $"):
        assert amount_in(text, currency="CAD") == amount


@given(st.text(alphabet="0123456789.,' -+$eE()", max_size=50))
def test_nothing_else_is_ever_read(text: str) -> None:
    try:
        amount = amount_in(text, currency="CAD")
    except NotAnAmount:
        return
    assert 0 <= amount <= MAX_PRICE
    assert amount == round(amount, 2)
    digits = "".join(letter for letter in text if letter.isdigit())
    assert digits.strip("0") == f"{amount:f}".replace(".", "").strip("0")
