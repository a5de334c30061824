"""Orders that can be paid at the sandbox's Stripe, without the print shop around them."""

from decimal import Decimal
from itertools import count
from typing import Final

from django.utils import timezone

from config.demo.stripe_account import DEMO_ACCOUNT, DEMO_KEY
from foundation.shops.api import ConnectionKind, connect
from foundation.shops.models import Connection, Shop
from orders.models import Order, OrderLine, OrderTax
from orders.payments.connecting import make_endpoint

SUCCESS: Final = "https://shop.example/thanks"
CANCEL: Final = "https://shop.example/cart"
POSTAGE: Final = Decimal("9.00")

_numbers = count(1)


def connect_stripe(shop: Shop) -> Connection:
    """Connect a shop to the demo's account, and let Stripe tell us of it by webhooks."""
    connection = connect(
        shop_id=shop.pk,
        kind=ConnectionKind.STRIPE,
        account=DEMO_ACCOUNT,
        secrets={"secret_key": DEMO_KEY},
        actor_id=None,
    )
    make_endpoint(connection_id=connection.pk, actor_id=None)
    return connection


def priced_order(shop: Shop, *, total: str = "113.00", status: str = "draft") -> Order:
    """Make an order of two posters with 13 % tax, whose address is complete."""
    amount = Decimal(total)
    tax = (amount * 13 / 113).quantize(Decimal("0.01"))
    shipping = POSTAGE if amount > 2 * POSTAGE else Decimal(0)
    items = amount - tax - shipping
    order: Order = Order.objects.create(
        shop=shop,
        number=next(_numbers),
        status=status,
        email="grace@example.com",
        name="Grace Hopper",
        line1="1 Main Street",
        city="Toronto",
        province="ON",
        postal_code="M4B 1B3",
        country="CA",
        currency="CAD",
        items_total=items,
        shipping_total=shipping,
        tax_total=tax,
        total=amount,
        priced_at=timezone.now(),
    )
    OrderLine.objects.create(
        shop=shop,
        order=order,
        position=1,
        title="Poster",
        quantity=1,
        unit_price=items,
        total=items,
    )
    OrderTax.objects.create(order=order, name="HST", rate=Decimal("0.13"), amount=tax)
    return order
