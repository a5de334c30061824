"""What an order to some place would cost: the sums of :mod:`orders.sales`, for no order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from orders.models import PrintSize
from orders.sales.rates import ShippingOption, shipping_options, taxes_at
from orders.sales.totals import Goods, Totals, totals_of


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to send it, with what the customer would pay."""

    option: ShippingOption
    totals: Totals


def try_order(  # noqa: PLR0913 -- what is ordered, where to, when
    *,
    size: PrintSize,
    quantity: int,
    country: str,
    province: str,
    day: dt.date,
    currency: str,
) -> Sequence[Trial]:
    """Return what each way of sending would cost, the cheapest first. Two queries."""
    goods = [Goods(quantity, size.price, size.parcel_class)]
    options = shipping_options(size.shop_id, goods, country=country, province=province)
    taxes = taxes_at(size.shop_id, country=country, province=province, day=day) if options else []
    return [
        Trial(option, totals_of(goods, shipping=option.amount, taxes=taxes, currency=currency))
        for option in options
    ]
