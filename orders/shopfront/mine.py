"""What is the visitor's own: designs and orders."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.paging import page_of
from orders.designs.services import delete_design
from orders.models import Design, Order, OrderLine

from .keeping import copy_design, restore_design
from .page import ShopRequest, draw, my_design, shop_page, visitor_needed
from .pictures import picture_of
from .standing import brief_of

PAGE = 24


@dataclass(frozen=True, slots=True)
class Mine:
    """A design in the list."""

    design: Design
    picture: str
    name: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An order in the list: its first lines, and where it stands in words."""

    order: Order
    lines: list[OrderLine]
    brief: str


@require_safe
@shop_page
def designs(request: ShopRequest) -> HttpResponseBase:
    """List the visitor's designs, the latest first."""
    caller = request.caller
    rows = caller.own(Design.objects.for_shop(caller.shop_id)).filter(deleted_at=None)
    page = page_of(
        rows.select_related("size__product"),
        request.GET,
        order=("-created_at", "-id"),
        size=PAGE,
    )
    found = [
        Mine(each, picture_of(each), str(each.document.get("name", {}).get("text", "")))
        for each in page.items
    ]
    return draw(
        request,
        "print_shop/designs.html",
        {"designs": found, "page": page, "thrown": _thrown(request)},
    )


def _thrown(request: ShopRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("thrown", ""))
    except ValueError:
        return None


@require_POST
@shop_page
def copy(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Copy a design and open the copy."""
    design = my_design(request, design_id)
    made = copy_design(caller=visitor_needed(request), design=design)
    return HttpResponseRedirect(reverse("print_shop:design", kwargs={"design_id": made.pk}))


@require_POST
@shop_page
def throw_away(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Throw a design away; the list then offers to take it back."""
    delete_design(caller=request.caller, design_id=design_id)
    back = reverse("print_shop:designs")
    return HttpResponseRedirect(f"{back}?{urlencode({'thrown': design_id})}")


@require_POST
@shop_page
def take_back_design(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Take a design back that was thrown away."""
    restore_design(caller=request.caller, design_id=design_id)
    return HttpResponseRedirect(reverse("print_shop:designs"))


@require_safe
@shop_page
def orders(request: ShopRequest) -> HttpResponseBase:
    """List the visitor's orders, the latest first."""
    caller = request.caller
    rows: Any = caller.own(Order.objects.for_shop(caller.shop_id))
    page = page_of(
        rows.prefetch_related("lines"), request.GET, order=("-created_at", "-id"), size=PAGE
    )
    found = [Placed(each, list(each.lines.all()), brief_of(each)) for each in page.items]
    return draw(request, "print_shop/orders.html", {"orders": found, "page": page})
