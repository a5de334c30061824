"""The print shop itself: opened with a first assortment, changed, opened and closed."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.shops.api import Role, ShopRequest, shop_page, too_weak
from orders.assortment.checking import lacking, stripe_account
from orders.assortment.gaps import About
from orders.assortment.shop import change_print_shop, print_shop_of
from orders.contracts import Refused
from orders.forms.shop import OpenForm, PrintShopForm
from orders.models import PrintShop
from orders.starting import StarterWish, open_print_shop

UNPROCESSABLE: Final = 422
PAGES: Final[dict[About, str]] = {
    "shop": "print_tables:print_shop",
    "products": "print_tables:products",
    "shipping": "print_tables:shipping",
    "taxes": "print_tables:taxes",
    "payments": "connections:list",
}
"""Where each kind of gap is mended."""


def set_up_or_none(request: ShopRequest) -> PrintShop | None:
    """Return the print shop of the current shop."""
    return print_shop_of(request.shop.pk)


def no_print_shop(request: ShopRequest, title: str) -> HttpResponse:
    """Draw a page of a shop that has no print shop: it leads to opening one."""
    context = {"title": title, "may_open": request.role.may(Role.OWNER)}
    return render(request, "orders/setup/none.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page()
def print_shop(request: ShopRequest) -> HttpResponse:
    """Show the print shop and what keeps it from selling; owners change it here."""
    found = set_up_or_none(request)
    if found is None:
        return _open(request)
    form = PrintShopForm.of(found)
    if request.method == "POST":
        need(request, Role.OWNER)
        form = PrintShopForm.of(found, request.POST)
        if form.is_valid():
            try:
                changes = change_print_shop(
                    shop_id=request.shop.pk, values=form.cleaned_data, actor_id=request.user.pk
                )
            except Refused as refused:
                form.add_error("hosts", str(refused))
            else:
                messages.success(request, _said(changes))
                return redirect("print_tables:print_shop")
    stripe = stripe_account(found)
    gaps = lacking(found, stripe)
    context = {
        "title": "Print shop",
        "lead": "Who sells, where to, under which name; and what keeps customers from ordering.",
        "print_shop": found,
        "form": form,
        "may_change": request.role.may(Role.OWNER),
        "gaps": [(gap, PAGES[gap.about]) for gap in gaps],
        "blocking": sum(gap.blocks for gap in gaps),
        "stripe": stripe,
        "closed_words": f"{found.name} takes no orders at the moment.",
        "public_url": public_url(found),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/print_shop.html", context, status=status)


def public_url(found: PrintShop) -> str:
    """Return the address of the public page; on its own name where it has one."""
    return f"https://{found.hosts[0]}/print-shop/" if found.hosts else "/print-shop/"


def _said(changes: dict[str, list[Any]]) -> str:
    if not changes:
        return "Saved. Nothing was different."
    if "open" in changes:
        return (
            "Saved. The print shop is open: customers can order."
            if changes["open"][1]
            else "Saved. The print shop is closed: customers can look, and nobody can order. "
            "What is ordered goes on."
        )
    return "Saved. Customers see it from now on; receipts that are printed stay as they are."


def need(request: ShopRequest, role: Role) -> None:
    """Refuse a change by somebody whose role is too weak; the page itself is for everybody."""
    if not request.role.may(role):
        raise PermissionDenied(too_weak(request.role, role, request.shop))


def _open(request: ShopRequest) -> HttpResponse:
    may_open = request.role.may(Role.OWNER)
    form = OpenForm(request.POST if request.method == "POST" else None, initial=_first(request))
    if request.method == "POST":
        need(request, Role.OWNER)
        if form.is_valid():
            try:
                made = open_print_shop(
                    shop_id=request.shop.pk,
                    wish=StarterWish(**form.cleaned_data),
                    actor_id=request.user.pk,
                )
            except Refused as refused:
                messages.info(request, str(refused))
            else:
                messages.success(request, f"{made.name} is open. Look through prices and rates.")
            return redirect("print_tables:print_shop")
    context = {
        "title": "Print shop",
        "lead": "Customers design prints of their own photos here, pay, and get them sent.",
        "form": form,
        "may_open": may_open,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/open.html", context, status=status)


def _first(request: ShopRequest) -> dict[str, str]:
    return {
        "name": request.shop.name,
        "seller_name": request.shop.name,
        "contact_email": request.user.email,
    }
