"""Orders and their lines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from foundation.exports.api import (
    Column,
    Exporter,
    Filter,
    Params,
    both_clocks,
    register,
    said_of,
)
from foundation.shops.api import Role
from orders.enums import OrderStatus, PaymentStatus
from orders.forms.filters import OrderFilterForm
from orders.models import Order, OrderLine, PrintShop
from orders.queries.attention import Attention
from orders.queries.orders import orders_matching

from .choosing import cleaned, products_of

_WORDS = {
    "q": "Search",
    "status": "Status",
    "payment": "Payment",
    "attention": "Waits for a person",
    "product": "Product",
    "since": "From",
    "until": "Until",
}


def _zone(shop_id: UUID) -> str:
    rows = PrintShop.objects.for_shop(shop_id).values_list("shop__timezone", flat=True)
    return str(rows.first() or "UTC")


def _clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
    products = products_of(shop_id)
    return cleaned(OrderFilterForm(posted, products=products), products)


def _orders(shop_id: UUID, params: Params) -> QuerySet[Order]:
    form = OrderFilterForm(params, products=products_of(shop_id))
    return orders_matching(shop_id, form.chosen(_zone(shop_id)))


def _order_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    return _orders(shop_id, params).order_by("-created_at", "-pk")


def _line_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    lines = OrderLine.objects.for_shop(shop_id).order_by("-pk")
    if not params.keys() & _WORDS.keys():
        return lines
    return lines.filter(order_id__in=_orders(shop_id, params).order_by().values("pk"))


def _words(params: Params) -> str:
    labels: dict[str, Any] = {
        **dict(OrderStatus.choices),
        **dict(PaymentStatus.choices),
        **dict(Attention.choices),
    }
    if "of" in params:
        labels[params["product"]] = params["of"]
    return said_of(params, _WORDS, labels)


_FILTERS = (
    Filter("q", "A number, or a part of a name or an e-mail address"),
    Filter("status", "Where an order stands", tuple(OrderStatus.values)),
    Filter("payment", "Where its money stands", tuple(PaymentStatus.values)),
    Filter("attention", "Why it waits for a person", tuple(Attention.values)),
    Filter("product", "The id of a product that is in it"),
    Filter("since", "The first day it was made on, by the shop's calendar"),
    Filter("until", "The last day"),
)

ORDERS = register(
    Exporter(
        name="orders.orders",
        title="Orders",
        columns=(
            Column("order", "number", plain=True),
            Column("order_id", "pk", plain=True),
            Column("channel", "channel", plain=True),
            Column("status", "status", plain=True),
            Column("payment_status", "payment_status", plain=True),
            *both_clocks("created_at"),
            *both_clocks("paid_at"),
            *both_clocks("shipped_at"),
            *both_clocks("delivered_at"),
            *both_clocks("canceled_at"),
            Column("email", "email"),
            Column("name", "name"),
            Column("line1", "line1"),
            Column("line2", "line2"),
            Column("city", "city"),
            Column("province", "province"),
            Column("postal_code", "postal_code"),
            Column("country", "country"),
            Column("phone", "phone"),
            Column("currency", "currency", plain=True),
            Column("items_total", "items_total", plain=True),
            Column("shipping_method", "shipping_method"),
            Column("shipping_total", "shipping_total", plain=True),
            Column("tax_total", "tax_total", plain=True),
            Column("total", "total", plain=True),
            Column("paid_total", "paid_total", plain=True),
            Column("refunded_total", "refunded_total", plain=True),
            Column("carrier", "carrier"),
            Column("tracking_number", "tracking_number"),
            Column("reordered_from", "reordered_from__number", plain=True),
            Column("reprint_of", "reprint_of__number", plain=True),
        ),
        filters=_FILTERS,
        clean=_clean,
        rows=_order_rows,
        words=_words,
        role=Role.EDITOR,
    )
)
ORDER_LINES = register(
    Exporter(
        name="orders.order_lines",
        title="Order lines",
        columns=(
            Column("order", "order__number", plain=True),
            Column("order_id", "order_id", plain=True),
            Column("line", F("position") + 1, plain=True),
            Column("status", "order__status", plain=True),
            Column("payment_status", "order__payment_status", plain=True),
            *both_clocks("created_at", "order__created_at"),
            *both_clocks("paid_at", "order__paid_at"),
            Column("sku", "sku"),
            Column("title", "title"),
            Column("quantity", "quantity", plain=True),
            Column("unit_price", "unit_price", plain=True),
            Column("total", "total", plain=True),
            Column("currency", "order__currency", plain=True),
            Column("province", "order__province"),
            Column("country", "order__country"),
            Column("design", "design_id", plain=True),
            Column("version", "version_id", plain=True),
        ),
        filters=_FILTERS,
        clean=_clean,
        rows=_line_rows,
        words=_words,
    )
)
