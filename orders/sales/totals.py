"""What an order costs: goods, shipping and taxes from the shop's tables. Pure.

Each tax is a share of goods and shipping together, rounded half up to the currency's smallest unit
per tax and order, as Canada's rules allow (CRA, "Rounding off the amount of tax": on the total).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from foundation.currencies import digits_of


@dataclass(frozen=True, slots=True)
class Goods:
    """A line: ``quantity`` pieces at ``unit_price``, travelling in ``parcel_class``."""

    quantity: int
    unit_price: Decimal
    parcel_class: str

    @property
    def total(self) -> Decimal:
        """What the pieces cost together, before tax."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Rate:
    """What one parcel class costs: the first piece, and each further one."""

    parcel_class: str
    first_piece: Decimal
    each_further: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax by name; ``rate`` is a share (0.13 is 13 %)."""

    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an order; ``taxes`` pairs each tax with its amount."""

    items: Decimal
    shipping: Decimal
    taxes: tuple[tuple[Tax, Decimal], ...]

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((amount for _, amount in self.taxes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return self.items + self.shipping + self.tax


def shipping_of(goods: Sequence[Goods], rates: Sequence[Rate]) -> Decimal:
    """Return what sending costs: each class is a parcel of its own.

    Raises :class:`LookupError` with the class that no rate is known for.
    """
    pieces: dict[str, int] = defaultdict(int)
    for each in goods:
        pieces[each.parcel_class] += each.quantity
    by_class = {rate.parcel_class: rate for rate in rates}
    total = Decimal(0)
    for parcel_class, quantity in pieces.items():
        rate = by_class.get(parcel_class)
        if rate is None:
            raise LookupError(parcel_class)
        total += rate.first_piece + rate.each_further * (quantity - 1)
    return total


def totals_of(
    goods: Sequence[Goods], *, shipping: Decimal, taxes: Sequence[Tax], currency: str
) -> Totals:
    """Add an order up."""
    items = sum((each.total for each in goods), Decimal(0))
    unit = Decimal(1).scaleb(-digits_of(currency))
    base = items + shipping
    amounts = tuple(
        (tax, (base * tax.rate).quantize(unit, rounding=ROUND_HALF_UP)) for tax in taxes
    )
    return Totals(items=items, shipping=shipping, taxes=amounts)
