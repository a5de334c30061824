"""What the views of one order share: finding it, doing something to it once, saying why not."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from foundation.shops.api import ShopRequest, onward
from orders.contracts import IllegalMove, Refused
from orders.models import Order
from orders.queries.order_page import order_of

REFUSED = 422
QUICKER = "Somebody was quicker, or it was sent twice."


def order_or_404(request: ShopRequest, order_id: UUID) -> Order:
    """Return an order of the current shop; another shop's is not there."""
    found = order_of(request.shop.pk, order_id)
    if found is None:
        raise Http404
    return found


def page_of_order(order: Order) -> str:
    """Return the address of an order's page."""
    return reverse("orders:order", kwargs={"order_id": order.pk})


def act(request: ShopRequest, order: Order, verb: Callable[[], Any], said: str) -> HttpResponse:
    """Do it once and say so; whatever was refused is said instead, and nothing was changed."""
    try:
        verb()
    except Refused as refused:
        messages.error(request, str(refused))
    except IllegalMove as illegal:
        messages.info(request, f"{illegal} {QUICKER}")
    else:
        messages.success(request, said)
    return onward(request, "orders:order", order_id=order.pk)


def act_by_form(  # noqa: PLR0913 -- a form, what is done with it, what is said
    request: ShopRequest,
    order: Order,
    form: forms.Form,
    *,
    verb: Callable[[], Any],
    said: str,
    show: Callable[[], HttpResponse],
) -> HttpResponse:
    """Do what a valid form says; what is wrong, or refused, is said on the form's page.

    A form that was not sent yet is shown.
    """
    if not form.is_valid():
        return show()
    try:
        verb()
    except Refused as refused:
        form.add_error(None, str(refused))
    except IllegalMove as illegal:
        form.add_error(None, f"{illegal} {QUICKER}")
    else:
        messages.success(request, said)
        return onward(request, "orders:order", order_id=order.pk)
    return show()


def show_form(
    request: ShopRequest, order: Order, form: forms.Form, template: str, **context: Any
) -> HttpResponse:
    """Draw a page below an order's with one form."""
    found = {
        "order": order,
        "form": form,
        "crumbs": [("Orders", reverse("orders:list")), (f"Order {order}", page_of_order(order))],
        **context,
    }
    return render(request, template, found, status=REFUSED if form.errors else 200)
