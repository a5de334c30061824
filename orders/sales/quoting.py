"""Put prices, shipping and taxes on a draft order from the shop's tables."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from orders.contracts import Refused
from orders.designs.sizes import refuse_gone
from orders.models import Order, OrderLine, OrderTax

from .lines import goods_of
from .rates import ShippingOption, shipping_options, taxes_at
from .totals import totals_of


def quote(order: Order) -> list[ShippingOption]:
    """Compute a locked draft's totals anew at today's prices; returns the ways to send it.

    Without an address there are only goods, and no total to pay. The way that was chosen stays
    if there still is one, else the cheapest is taken. Raises :class:`orders.contracts.Refused`
    when a size is gone or nothing is sent to that place.
    """
    lines = list(order.lines.select_related("size__product"))
    for each in lines:
        if each.size is not None:
            refuse_gone(each.size)
            each.unit_price = each.size.price
            each.total = each.unit_price * each.quantity
    goods = goods_of(lines)
    options: list[ShippingOption] = []
    chosen = None
    if order.country:
        options = shipping_options(
            order.shop_id, goods, country=order.country, province=order.province
        )
        if not options:
            raise Refused(
                "not-sent-there",
                f"We have no way to send these to {order.province} {order.country}. Choose another "
                "address, or write to us.",
            )
        named = [each for each in options if each.method == order.shipping_method]
        chosen = named[0] if named else options[0]
    day = timezone.now().astimezone(ZoneInfo(order.shop.timezone)).date()
    taxes = (
        taxes_at(order.shop_id, country=order.country, province=order.province, day=day)
        if chosen
        else []
    )
    totals = totals_of(
        goods,
        shipping=chosen.amount if chosen else order.shipping_total * 0,
        taxes=taxes,
        currency=order.currency,
    )
    with transaction.atomic():
        OrderLine.objects.bulk_update(lines, ["unit_price", "total"])
        OrderTax.objects.filter(order=order).delete()
        OrderTax.objects.bulk_create(
            OrderTax(order=order, name=tax.name, rate=tax.rate, amount=amount)
            for tax, amount in totals.taxes
        )
        order.items_total = totals.items
        order.shipping_method = chosen.method if chosen else ""
        order.shipping_total = totals.shipping
        order.tax_total = totals.tax
        order.total = totals.total
        order.priced_at = timezone.now() if chosen else None
        order.changed_at = timezone.now()
        order.save(
            update_fields=[
                "items_total",
                "shipping_method",
                "shipping_total",
                "tax_total",
                "total",
                "priced_at",
                "changed_at",
            ]
        )
    return options
