"""Mails to customers about their orders: each once, in words and as a page, seen in the order.

Nobody is written to about an order of another channel, or one without an address.
"""

from contextlib import suppress
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from foundation.mail.api import InvalidMail, send_mail
from orders.enums import Channel
from orders.models import Order, PrintShop


class Letter(StrEnum):
    """What an order's customer is told once."""

    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"


def key_of(order_id: UUID, what: str) -> str:
    """Name the one mail about something of an order; all of an order's begin alike."""
    return f"{prefix_of(order_id)}{what}"


def prefix_of(order_id: UUID) -> str:
    """Return how the keys of all mails of an order begin."""
    return f"order:{order_id}:"


def write(*, order_id: UUID, kind: Letter) -> None:
    """Write to an order's customer, in the caller's transaction; once, however often asked."""
    order = Order.objects.select_related("shop").get(pk=order_id)
    if kind is Letter.CANCELED and order.paid_at is None:
        # Whoever cancels what was never paid knows it.
        return
    again = kind is Letter.CONFIRMED and order.reprint_of_id is not None
    template = "print_order_reprinted" if again else f"print_order_{kind}"
    _send(order, what=kind.value, template=template)


def refunded(*, order_id: UUID) -> None:
    """Tell how much was paid back in all; one mail for each such sum."""
    order = Order.objects.select_related("shop").get(pk=order_id)
    if order.refunded_total > 0:
        _send(order, what=f"refunded:{order.refunded_total}", template="print_order_refunded")


def _send(order: Order, *, what: str, template: str) -> None:
    if order.channel != Channel.PRINT_SHOP or not order.email:
        return
    print_shop = PrintShop.objects.for_shop(order.shop_id).first()
    if print_shop is None:
        return
    context: dict[str, Any] = {
        "order": order,
        "lines": list(order.lines.all()),
        "taxes": list(order.taxes.all()),
        "print_shop": print_shop,
        "url": settings.WEB_URL + reverse("print_shop:order", kwargs={"order_id": order.pk}),
    }
    with suppress(InvalidMail):
        # An address that no mail can go to must not undo what happened to the order.
        send_mail(
            key=key_of(order.pk, what),
            shop_id=order.shop_id,
            to=order.email,
            template=template,
            context=context,
        )
