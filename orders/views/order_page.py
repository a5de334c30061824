"""One order's page: what was ordered, its money, all that happened, and what can be done."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.shops.api import Role, ShopRequest, shop_page
from orders.enums import UNPAID_STATUSES, OrderStatus, PaymentStatus
from orders.models import Order
from orders.payments.standing import DISPUTE_CLOSED, DISPUTE_LOST, NOTHING
from orders.presenting import (
    PAYMENT_TONES,
    STATUS_TONES,
    LineRow,
    next_moves,
    timeline_of,
)
from orders.queries.order_page import (
    OrderMoney,
    money_of,
    pieces_with_prints,
    relatives_of,
    story_of,
    taxes_of,
)
from orders.queries.production import blocks_of
from orders.receipts import has_receipt
from orders.sales.moving import possible_for_staff

from .reading import order_or_404

PRODUCED = (
    OrderStatus.IN_PRODUCTION,
    OrderStatus.READY_TO_SHIP,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)


@require_safe
@shop_page()
def order_page(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Show an order; htmx asks for what changes by itself."""
    order = order_or_404(request, order_id)
    pieces = pieces_with_prints(order)
    money = money_of(order)
    context = {
        **standing_of(request, order, money),
        "title": f"Order {order}",
        "lead": order.name or "No name yet: the customer has not come to the address.",
        "crumbs": [("Orders", reverse("orders:list"))],
        "lines": [LineRow.of(piece) for piece in pieces],
        "pieces": sum(piece.line.quantity for piece in pieces),
        "taxes": taxes_of(order),
        "timeline": timeline_of(story_of(order), money),
        "relatives": relatives_of(order),
        "held": blocks_of([order]).get(order.pk),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/order_body.html" if fragment else "orders/order.html"
    return render(request, name, context)


def standing_of(request: ShopRequest, order: Order, money: OrderMoney) -> dict[str, Any]:
    """Return how an order stands and what this person may do with it. No query."""
    editor, approver = request.role.may(Role.EDITOR), request.role.may(Role.APPROVER)
    status = OrderStatus(order.status)
    possible = possible_for_staff(order)
    standing = money.standing
    disputed = order.payment_status == PaymentStatus.DISPUTED
    disputes = [each for each in money.disputes if each.status not in DISPUTE_CLOSED]
    return {
        "order": order,
        "status_tone": STATUS_TONES.get(status, "neutral"),
        "payment_tone": PAYMENT_TONES.get(order.payment_status, "neutral"),
        "money": money,
        "standing": standing,
        "attempt": money.attempts[-1] if money.attempts else None,
        "disputes": disputes,
        "lost_disputes": [each for each in money.disputes if each.status == DISPUTE_LOST],
        "lost_refunds": [each for each in money.refunds if each.lost],
        "may_edit": editor,
        "may_pay": approver,
        "moves": [] if not editor or disputed else next_moves(possible),
        "may_cancel": approver and OrderStatus.CANCELED in possible and not disputes,
        "may_refund": approver and standing.refundable > NOTHING and not disputed,
        "may_reprint": editor and status in PRODUCED,
        "receipt": order.reprint_of_id is None and has_receipt(order),
        "unpaid": status in UNPAID_STATUSES,
    }
