"""To the payment page and back: pay, take back, cancel, order again."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.http import HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from orders.contracts import Refused
from orders.enums import UNPAID_STATUSES
from orders.models import Order
from orders.payments.checkout import checkout, read_back
from orders.payments.taking_back import cancel_unpaid, take_back
from orders.sales.drafting import price_again, reorder

from .page import ShopRequest, draw, my_order, shop_page, visitor_needed, wants_json

_ASK_EVERY: Final = 20
"""Seconds between two questions to Stripe about one order; the webhook tells by itself."""


def ask_stripe_once(order: Order) -> bool:
    """Read back from Stripe what became of an order's payment; returns whether it was asked.

    For a customer who came back before the webhook did; not more often than some seconds apart.
    """
    if order.status not in UNPAID_STATUSES:
        return False
    if not cache.add(f"print-shop-asked:{order.pk}", 1, _ASK_EVERY):
        return False
    read_back(order=order)
    return True


def _page(order_id: UUID, said: str = "") -> str:
    page = reverse("print_shop:order", kwargs={"order_id": order_id})
    return f"{page}?said={said}" if said else page


@require_POST
@shop_page
def pay(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Open the payment page: what is paid is what was shown, at today's prices.

    A script is told the address; without one a page leads on, because the policy lets no form
    be redirected to another origin.
    """
    order = my_order(request, order_id)
    now = price_again(order)
    if now is not order and now.total != _amount(request.POST.get("total", "")):
        return _lead(request, _page(order.pk, "prices"))
    order = now
    status_page = request.build_absolute_uri(_page(order.pk))
    attempt = checkout(
        order=order,
        success_url=f"{status_page}?session={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{status_page}?said=back",
    )
    return _lead(request, attempt.url)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _lead(request: ShopRequest, url: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"url": url})
    answer = draw(request, "print_shop/to_payment.html", {"url": url}, status=HTTPStatus.OK)
    answer["Refresh"] = f"0;url={url}"
    return answer


@require_POST
@shop_page
def change(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Close the payment page, so that the order can be changed."""
    order = my_order(request, order_id)
    take_back(order=order)
    return HttpResponseRedirect(_page(order.pk, "taken-back"))


@require_POST
@shop_page
def cancel(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Cancel an order that is not paid."""
    order = my_order(request, order_id)
    cancel_unpaid(order=order)
    return HttpResponseRedirect(_page(order.pk, "canceled"))


@require_POST
@shop_page
def again(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Order the same again: a new draft, to be looked over before paying."""
    order = my_order(request, order_id)
    try:
        new = reorder(caller=visitor_needed(request), order=order)
    except Refused as refused:
        return draw(
            request,
            "print_shop/refused.html",
            {"said": str(refused), "back": _page(order.pk), "gone": refused.code == "size-gone"},
            status=HTTPStatus.CONFLICT,
        )
    return HttpResponseRedirect(_page(new.pk, "again"))
