"""The pages of an order: putting it together while it is a draft, then seeing how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.live.api import ticket
from orders.contracts import Refused
from orders.enums import UNPAID_STATUSES, Channel, OrderStatus
from orders.models import Order, OrderLine
from orders.receipts import has_receipt
from orders.sales.addresses import (
    COUNTRIES,
    FIELDS,
    LENGTHS,
    PROVINCES,
    InvalidAddress,
    country_name,
    read_address,
)
from orders.sales.drafting import change_quantity, set_address, set_shipping
from orders.sales.lines import MOST_PIECES, goods_of
from orders.sales.rates import ShippingOption, shipping_options

from .basket import order_design
from .forms import quantity_in
from .page import ShopRequest, draw, is_open, my_order, shop_page
from .paying import ask_stripe_once
from .standing import said_of, standing_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with what can be done about it."""

    line: OrderLine
    changed_since: bool

    @property
    def editable(self) -> bool:
        """Whether its design is still there to be opened."""
        design = self.line.design
        return design is not None and design.deleted_at is None


@require_POST
@shop_page
def order_this(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Put a design, as it is now, into the order and show it."""
    quantity = quantity_in(request.POST) or 1
    order = order_design(caller=request.caller, design_id=design_id, quantity=quantity)
    return _to(order)


def _to(order: Order, said: str = "") -> HttpResponseRedirect:
    page = reverse("print_shop:order", kwargs={"order_id": order.pk})
    return HttpResponseRedirect(f"{page}?said={said}" if said else page)


@require_safe
@shop_page
def order_page(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Show a draft to be completed, or how far an order is."""
    order = _read_back(request, my_order(request, order_id))
    if order.status == OrderStatus.DRAFT:
        return draft_page(request, order)
    return draw(request, "print_shop/order.html", _order(request, order))


@require_safe
@shop_page
def order_standing(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Return the part of an order's page that changes by itself."""
    order = _read_back(request, my_order(request, order_id))
    return draw(request, "print_shop/standing.html", _order(request, order))


def _read_back(request: ShopRequest, order: Order) -> Order:
    """Ask Stripe what became of the payment, if the page says that its customer came back."""
    if request.GET.get("ask") and ask_stripe_once(order):
        return my_order(request, order.pk)
    return order


def _order(request: ShopRequest, order: Order) -> dict[str, Any]:
    came_back = bool(request.GET.get("session"))
    standing = standing_of(order, came_back=came_back)
    rows = order.history.filter(field="status").exclude(after=OrderStatus.DRAFT)
    return {
        "order": order,
        "standing": standing,
        "came_back": came_back,
        "lines": _lines(order),
        "taxes": list(order.taxes.all()),
        "history": [(said_of(order, OrderStatus(row.after)), row.at) for row in rows],
        "ticket": ticket(shop_id=order.shop_id, topics=[f"order.{order.pk}"]),
        "again": is_open(request.caller.print_shop)
        and order.channel == Channel.PRINT_SHOP
        and order.status not in UNPAID_STATUSES,
        "receipt": has_receipt(order),
        "cancelable": order.status == OrderStatus.PENDING_PAYMENT and standing.payable,
        "country": country_name(order.country),
    }


def _lines(order: Order) -> list[Shown]:
    rows = order.lines.select_related("size__product", "design", "version").order_by("position")
    return [
        Shown(
            row,
            changed_since=bool(
                row.design
                and row.version
                and row.design.deleted_at is None
                and (row.design.digest, row.design.size_id)
                != (row.version.digest, row.version.size_id)
            ),
        )
        for row in rows
    ]


def draft_page(
    request: ShopRequest,
    order: Order,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    wrong: str = "",
) -> HttpResponseBase:
    """Show a draft: what is in it, where it goes, how it is sent, what it costs.

    ``values`` and ``errors`` are of an address that was refused, ``wrong`` of anything else.
    """
    lines = _lines(order)
    said = dict(values or {name: getattr(order, name) for name in FIELDS})
    ships_to = request.caller.print_shop.ships_to
    if not said.get("country") and ships_to:
        said["country"] = ships_to[0]
    return draw(
        request,
        "print_shop/draft.html",
        {
            "order": order,
            "lines": lines,
            "pieces": sum(each.line.quantity for each in lines),
            "values": said,
            "errors": errors or {},
            "wrong": wrong,
            "said": request.GET.get("said", ""),
            "lengths": LENGTHS,
            "countries": [(code, COUNTRIES.get(code, code)) for code in ships_to],
            "provinces": PROVINCES,
            "options": _options(order, [each.line for each in lines]),
            "taxes": list(order.taxes.all()),
            "addressed": order.priced_at is not None,
            "most": MOST_PIECES,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors or wrong else HTTPStatus.OK,
    )


def _options(order: Order, lines: list[OrderLine]) -> list[ShippingOption]:
    if not order.country:
        return []
    return shipping_options(
        order.shop_id, goods_of(lines), country=order.country, province=order.province
    )


@require_POST
@shop_page
def address(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Take the address of a draft; every wrong field is said at its place."""
    order = my_order(request, order_id)
    given = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        read = read_address(given, ships_to=frozenset(request.caller.print_shop.ships_to))
        order = set_address(order_id=order.pk, address=read)
    except InvalidAddress as invalid:
        return draft_page(request, order, values=given, errors=invalid.errors)
    except Refused as refused:
        return _refused(request, order, refused, given)
    return _to(order, "address")


def _refused(
    request: ShopRequest,
    order: Order,
    refused: Refused,
    values: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    order = my_order(request, order.pk)
    if order.status != OrderStatus.DRAFT:
        raise refused
    return draft_page(request, order, values=values, wrong=str(refused))


@require_POST
@shop_page
def shipping(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Choose how a draft is sent."""
    order = my_order(request, order_id)
    try:
        order = set_shipping(order_id=order.pk, method=request.POST.get("method", "")[:40])
    except Refused as refused:
        return _refused(request, order, refused)
    return _to(order, "shipping")


@require_POST
@shop_page
def quantity(request: ShopRequest, order_id: UUID, position: int) -> HttpResponseBase:
    """Order more or fewer pieces of a line; none takes it away."""
    order = my_order(request, order_id)
    # What is no number is refused as one that is too small.
    pieces = quantity_in(request.POST, least=0)
    wanted = -1 if pieces is None else pieces
    try:
        order = change_quantity(order_id=order.pk, position=position, quantity=wanted)
    except Refused as refused:
        return _refused(request, order, refused)
    return _to(order, "quantity")
