"""What Stripe is asked for when a customer pays: a Checkout Session that adds up to the order.

Lines, shipping and taxes stand there one by one, as on the order's own page. Stripe computes
nothing: the total is ours, and it is compared with what comes in.
"""

import dataclasses
import datetime as dt
from typing import Final
from uuid import UUID

from connectors.stripe.api import Line, SessionWanted
from orders.models import Order

MOST_GOODS: Final = 98
"""Stripe takes 100 lines (contract §3.1), shipping and tax among them."""
NAME_LENGTH: Final = 200


def ask_for(
    order: Order,
    *,
    attempt_id: UUID,
    expires_at: dt.datetime,
    success_url: str,
    cancel_url: str,
) -> SessionWanted:
    """Return the request, as it is stored and sent, each time the same."""
    goods, shipping, tax = _goods(order), _shipping(order), _tax(order)
    wanted = SessionWanted(
        currency=order.currency,
        lines=goods,
        shipping=shipping,
        tax=tax,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=expires_at,
        client_reference_id=str(order.pk),
        customer_email=order.email,
        metadata={"order": str(order.pk), "attempt": str(attempt_id)},
    )
    if wanted.total == order.total and len(goods) <= MOST_GOODS:
        return wanted
    whole = Line(name=f"Order {order}", unit_amount=order.total)
    return dataclasses.replace(wanted, lines=(whole,), shipping=None, tax=None)


def _goods(order: Order) -> tuple[Line, ...]:
    return tuple(
        Line(name=each.title[:NAME_LENGTH], unit_amount=each.unit_price, quantity=each.quantity)
        for each in order.lines.all()
    )


def _shipping(order: Order) -> Line | None:
    return Line("Shipping", order.shipping_total) if order.shipping_total else None


def _tax(order: Order) -> Line | None:
    names = ", ".join(each.name for each in order.taxes.all() if each.amount)
    return Line(names or "Tax", order.tax_total) if order.tax_total else None
