"""What an order costs, and where it may go."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.sales.addresses import InvalidAddress, read_address
from orders.sales.totals import Goods, Rate, Tax, shipping_of, totals_of

from . import shop as makers

CANADA = frozenset({"CA"})
GST, QST = Tax("GST", Decimal("0.05")), Tax("QST", Decimal("0.09975"))


def goods(quantity: int, price: str, parcel_class: str = "tube") -> Goods:
    """Make a line."""
    return Goods(quantity, Decimal(price), parcel_class)


def test_each_parcel_class_is_a_parcel_of_its_own() -> None:
    rates = [
        Rate("tube", Decimal("9.00"), Decimal("2.50")),
        Rate("box", Decimal("14.00"), Decimal("6.00")),
    ]
    lines = [goods(1, "24.00"), goods(2, "30.00"), goods(1, "18.00", "box")]
    assert shipping_of(lines, rates) == Decimal("28.00")


def test_a_class_without_a_rate_is_named() -> None:
    with pytest.raises(LookupError) as missing:
        shipping_of([goods(1, "24.00", "large_box")], [])
    assert missing.value.args == ("large_box",)


def test_taxes_are_rounded_half_up_each_for_the_whole_order() -> None:
    totals = totals_of(
        [goods(3, "24.10")], shipping=Decimal("14.00"), taxes=[GST, QST], currency="CAD"
    )
    assert totals.items == Decimal("72.30")
    # 5 % of 86.30 is 4.315, 9.975 % is 8.608425.
    assert [amount for _, amount in totals.taxes] == [Decimal("4.32"), Decimal("8.61")]
    assert totals.total == Decimal("99.23")


def test_a_currency_without_cents_has_none() -> None:
    totals = totals_of(
        [goods(1, "1999")], shipping=Decimal(0), taxes=[Tax("T", Decimal("0.1"))], currency="JPY"
    )
    assert totals.total == Decimal(2199)


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 1_000_000)), min_size=1, max_size=20),
    st.integers(0, 100_000),
)
def test_the_parts_always_add_up(lines: list[tuple[int, int]], shipping: int) -> None:
    sent = Decimal(shipping) / 100
    totals = totals_of(
        [Goods(quantity, Decimal(cents) / 100, "tube") for quantity, cents in lines],
        shipping=sent,
        taxes=[GST, QST],
        currency="CAD",
    )
    assert totals.total == totals.items + sent + totals.tax
    assert totals.total == totals.total.quantize(Decimal("0.01"))
    assert totals.tax >= 0


def test_an_address_is_read_into_its_printed_form() -> None:
    address = read_address(
        {**makers.ADDRESS, "postal_code": "m5v2t6", "province": "on", "name": "  Ada   L "},
        ships_to=CANADA,
    )
    assert (address.postal_code, address.province, address.name) == ("M5V 2T6", "ON", "Ada L")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"email": "ada"}, "email"),
        ({"email": "ada@example"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"line1": " "}, "line1"),
        ({"city": None}, "city"),
        ({"country": "US"}, "country"),
        ({"province": "TX"}, "province"),
        ({"postal_code": "90210"}, "postal_code"),
        ({"postal_code": "D5V 2T6"}, "postal_code"),
        ({"postal_code": "H2X 1Y4"}, "postal_code"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(change: dict[str, object], place: str) -> None:
    with pytest.raises(InvalidAddress) as invalid:
        read_address({**makers.ADDRESS, **change}, ships_to=CANADA)
    assert list(invalid.value.errors) == [place]


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidAddress) as invalid:
        read_address({}, ships_to=CANADA)
    assert set(invalid.value.errors) == {
        *("email", "name", "line1", "city", "postal_code", "country"),
    }
