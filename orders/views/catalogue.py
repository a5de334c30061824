"""Products with their sizes: looked at by everybody, changed by approvers, as of prices."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.audit.api import Event, events_of
from foundation.shops.api import Role, ShopRequest, onward, shop_page
from orders.assortment.products import (
    STEPS,
    add_product,
    change_product,
    move_product,
    open_orders_with,
    product_of,
    products_of,
)
from orders.assortment.sizes import SPECIFICATION, add_size, change_size, move_size, size_of
from orders.contracts import Refused
from orders.forms.products import MOST_PIXELS, ProductForm, SizeForm
from orders.models import PrintProduct, PrintSize
from orders.presenting.catalogue import ProductRow, SizeRow

from .setup import UNPROCESSABLE, need, no_print_shop, set_up_or_none

EDITS: Final = Role.APPROVER
"""Prices of prints are decided by whom prices of the catalogue are approved by."""
SHOWN_PRICES: Final = 10
SWITCHES: Final = {"on": True, "off": False}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Products", reverse("print_tables:products")), *more]


def _product_url(product: PrintProduct) -> str:
    return reverse("print_tables:product", kwargs={"product_id": product.pk})


@require_safe
@shop_page()
def products(request: ShopRequest) -> HttpResponse:
    """List the products in the order customers see them, each with its sizes."""
    if set_up_or_none(request) is None:
        return no_print_shop(request, "Products")
    found = products_of(request.shop.pk)
    drafts = open_orders_with([size.pk for each in found for size in each.sizes.all()])
    context = {
        "title": "Products",
        "lead": "What designs are printed on, in the order customers see it. Prices are before "
        "tax.",
        "rows": [ProductRow.of(each, drafts) for each in found],
        "may_edit": request.role.may(EDITS),
    }
    return render(request, "orders/setup/products.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(EDITS)
def product_new(request: ShopRequest) -> HttpResponse:
    """Add a product; its sizes come next."""
    if set_up_or_none(request) is None:
        return no_print_shop(request, "New product")
    form = ProductForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = add_product(
            shop_id=request.shop.pk, values=form.cleaned_data, actor_id=request.user.pk
        )
        messages.success(request, f"{made.name} is added. Give it a size, so that it can be sold.")
        return redirect("print_tables:size_new", product_id=made.pk)
    context = {"title": "New product", "crumbs": _crumbs(), "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/product_new.html", context, status=status)


def _product(request: ShopRequest, product_id: UUID) -> PrintProduct:
    found = product_of(request.shop.pk, product_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page()
def product(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """Show a product with its sizes, or change what it is called and described as."""
    found = _product(request, product_id)
    initial = {name: getattr(found, name) for name in ProductForm.base_fields}
    form = ProductForm(initial=initial)
    if request.method == "POST":
        need(request, EDITS)
        form = ProductForm(request.POST)
        if form.is_valid():
            change_product(
                shop_id=request.shop.pk,
                product_id=found.pk,
                values=form.cleaned_data,
                actor_id=request.user.pk,
            )
            messages.success(request, "Saved. Customers see it from now on.")
            return redirect("print_tables:product", product_id=found.pk)
    drafts = open_orders_with([size.pk for size in found.sizes.all()])
    context = {
        "title": found.name,
        "crumbs": _crumbs(),
        "row": ProductRow.of(found, drafts),
        "form": form,
        "may_edit": request.role.may(EDITS),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/product.html", context, status=status)


@require_POST
@shop_page(EDITS)
def product_move(request: ShopRequest, product_id: UUID, step: str) -> HttpResponse:
    """Let a product change places with the one above or below it."""
    _product(request, product_id)
    if step not in STEPS:
        raise Http404
    if not move_product(shop_id=request.shop.pk, product_id=product_id, step=STEPS[step]):
        messages.info(request, f"It cannot go further {step}.")
    return redirect("print_tables:products")


@require_POST
@shop_page(EDITS)
def product_switch(request: ShopRequest, product_id: UUID, to: str) -> HttpResponse:
    """Switch a product on or off, with all its sizes."""
    found = _product(request, product_id)
    if to not in SWITCHES:
        raise Http404
    change_product(
        shop_id=request.shop.pk,
        product_id=found.pk,
        values={"active": SWITCHES[to]},
        actor_id=request.user.pk,
    )
    said = "is sold again." if SWITCHES[to] else "is not sold any more. What is paid is printed."
    messages.success(request, f"{found.name} {said}")
    return onward(request, "print_tables:products")


def _size(request: ShopRequest, size_id: UUID) -> PrintSize:
    found = size_of(request.shop.pk, size_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(EDITS)
def size_new(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """Add a size to a product, beginning with the measures of its last one."""
    of = _product(request, product_id)
    last = next(iter(reversed(of.sizes.all())), None)
    kept = ("bleed_mm", "safe_mm", "dpi", "parcel_class")
    initial = {name: getattr(last, name) for name in kept} if last else {"dpi": 300, "bleed_mm": 3}
    posted = request.POST if request.method == "POST" else None
    form = SizeForm(posted, initial=initial, currency=request.shop.currency)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_size(product=of, values=form.cleaned_data, actor_id=request.user.pk)
        except Refused as refused:
            form.add_error("sku", str(refused))
        else:
            messages.success(request, f"{made.name} is sold from now on.")
            return redirect(_product_url(of))
    return _size_page(request, of, form, title="New size", size=None)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page()
def size(request: ShopRequest, size_id: UUID) -> HttpResponse:
    """Show a size with what its price was, or change it."""
    found = _size(request, size_id)
    form = SizeForm(initial=_initial(found), currency=request.shop.currency)
    if request.method == "POST":
        need(request, EDITS)
        form = SizeForm(request.POST, currency=request.shop.currency)
        if form.is_valid():
            try:
                changes = change_size(
                    shop_id=request.shop.pk,
                    size_id=found.pk,
                    values=form.cleaned_data,
                    actor_id=request.user.pk,
                )
            except Refused as refused:
                form.add_error("sku", str(refused))
            else:
                messages.success(request, _said(changes))
                return redirect(_product_url(found.product))
    return _size_page(request, found.product, form, title=found.name, size=found)


def _initial(size: PrintSize) -> dict[str, Any]:
    """Return a size as people write it: 300 millimetres, not 300.0."""
    initial = {name: getattr(size, name) for name in SizeForm.base_fields}
    measures = {name: f"{initial[name].normalize():f}" for name in SPECIFICATION if name != "dpi"}
    return {**initial, **measures}


def _said(changes: dict[str, list[Any]]) -> str:
    if not changes:
        return "Saved. Nothing was different."
    said = ["Saved."]
    if "price" in changes:
        before, after = changes["price"]
        said.append(f"The price is {after} instead of {before}: unpaid orders get it, too.")
    if changes.keys() & set(SPECIFICATION):
        said.append(
            "What is finalised from now on is printed so; versions that are frozen already stay "
            "as they are."
        )
    return " ".join(said)


def _size_page(
    request: ShopRequest, of: PrintProduct, form: SizeForm, *, title: str, size: PrintSize | None
) -> HttpResponse:
    values = {name: form[name].value() for name in ("width_mm", "height_mm", *SPECIFICATION[2:])}
    context = {
        "title": title,
        "crumbs": _crumbs((of.name, _product_url(of))),
        "product": of,
        "size": size,
        "row": SizeRow.of(size, open_orders_with([size.pk]).get(size.pk, 0)) if size else None,
        "form": form,
        "measures": {name: str(value or 0) for name, value in values.items()},
        "most_pixels": MOST_PIXELS,
        "prices": _prices_of(size) if size else [],
        "may_edit": request.role.may(EDITS),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/size.html", context, status=status)


def _prices_of(size: PrintSize) -> list[Event]:
    changed = [
        event for event in events_of("print_size", size.pk) if event.verb == "orders.size.repriced"
    ]
    return changed[::-1][:SHOWN_PRICES]


@require_POST
@shop_page(EDITS)
def size_move(request: ShopRequest, size_id: UUID, step: str) -> HttpResponse:
    """Let a size change places with the one above or below it."""
    found = _size(request, size_id)
    if step not in STEPS:
        raise Http404
    if not move_size(shop_id=request.shop.pk, size_id=size_id, step=STEPS[step]):
        messages.info(request, f"It cannot go further {step}.")
    return redirect(_product_url(found.product))


@require_POST
@shop_page(EDITS)
def size_switch(request: ShopRequest, size_id: UUID, to: str) -> HttpResponse:
    """Switch a size on or off."""
    found = _size(request, size_id)
    if to not in SWITCHES:
        raise Http404
    change_size(
        shop_id=request.shop.pk,
        size_id=found.pk,
        values={"active": SWITCHES[to]},
        actor_id=request.user.pk,
    )
    said = "is sold again." if SWITCHES[to] else "is not sold any more. What is paid is printed."
    messages.success(request, f"{found} {said}")
    return redirect(_product_url(found.product))
