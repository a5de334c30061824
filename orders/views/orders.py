"""The list of orders, and what is done to all that match."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.tabs import TabLink, link
from orders.contracts import Refused
from orders.enums import OrderStatus, PaymentStatus
from orders.forms.filters import OrderFilterForm
from orders.packing.batches import MOST_ORDERS, ask_batch
from orders.presenting import STATUS_TONES, OrderRow
from orders.queries.attention import Attention, attention_of
from orders.queries.orders import (
    OrderFilter,
    attention_count,
    counted,
    orders_matching,
    products_of,
    with_lines,
)
from orders.sales.many import FROM, MOST_AT_ONCE, Moved, bring_all

S = OrderStatus
TABS = (
    *(S.PAID, S.IN_PRODUCTION, S.READY_TO_SHIP, S.SHIPPED, S.DELIVERED),
    *(S.PENDING_PAYMENT, S.DRAFT, S.CANCELED),
)
# What a verb over many leads to, and how its outcome is said.
VERBS: Mapping[str, tuple[OrderStatus, str]] = {
    "ready": (S.READY_TO_SHIP, "ready to ship"),
    "shipped": (S.SHIPPED, "shipped; the customers are told by mail"),
    "delivered": (S.DELIVERED, "delivered; the customers are told by mail"),
}
MOST_SAID = 5


@require_safe
@shop_page()
def order_list(request: ShopRequest) -> HttpResponse:
    """List the shop's orders, the latest first; htmx asks for the rows only."""
    form = OrderFilterForm(request.GET, products=products_of(request.shop.pk))
    chosen = form.chosen(request.shop.timezone)
    counts = counted(request.shop.pk, chosen)
    waiting = attention_count(request.shop.pk, chosen)
    rows = with_lines(orders_matching(request.shop.pk, chosen))
    page = page_of(rows, request.GET, order=("-created_at", "-id"))
    attention = attention_of(request.shop.pk, [order.pk for order in page.items])
    context = {
        "title": "Orders",
        "lead": "What the print shop sold: paid, printed, sent; and what needs a person.",
        "rows": [OrderRow.of(order, attention.get(order.pk, ())) for order in page.items],
        "page": page,
        "filters": form,
        "params": form.params(),
        "tabs": _tabs(request, counts, waiting, chosen),
        "total": sum(counts.values()),
        "may_edit": request.role.may(Role.EDITOR),
        "bulk": _bulk(counts, chosen) if request.role.may(Role.EDITOR) else {},
        "most": MOST_AT_ONCE,
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/list_rows.html" if fragment else "orders/list.html"
    return render(request, name, context)


def _tabs(
    request: ShopRequest, counts: Mapping[str, int], waiting: int, chosen: OrderFilter
) -> list[TabLink]:
    nothing = not chosen.status and not chosen.attention
    tabs = [
        TabLink("All", link(request, status="", attention=""), sum(counts.values()), nothing),
        TabLink(
            "Needs attention",
            link(request, status="", attention=Attention.ANY),
            waiting,
            bool(chosen.attention),
            "bad",
        ),
    ]
    for status in TABS:
        current = status == chosen.status and not chosen.attention
        url = link(request, status=status, attention="")
        tone = str(STATUS_TONES.get(status, ""))
        tabs.append(TabLink(str(status.label), url, counts.get(status, 0), current, tone))
    return tabs


def _bulk(counts: Mapping[str, int], chosen: OrderFilter) -> dict[str, int]:
    """Return how many of those that match each verb would move; only under their own tab."""
    if not chosen.status or chosen.attention:
        return {}
    count = counts.get(chosen.status, 0)
    bulk = {verb: count for verb, (to, _) in VERBS.items() if FROM[to] == chosen.status and count}
    if chosen.status == S.IN_PRODUCTION and 0 < count <= MOST_ORDERS:
        bulk["zip"] = count
    return bulk


@require_POST
@shop_page(Role.EDITOR)
def act_on_matching(request: ShopRequest, verb: str) -> HttpResponse:
    """Move every order that matches the filter on, or have a zip made of them."""
    form = OrderFilterForm(request.POST, products=products_of(request.shop.pk))
    rows = orders_matching(request.shop.pk, form.chosen(request.shop.timezone))
    rows = rows.order_by("paid_at", "number")
    if verb == "zip":
        free = rows.filter(status=S.IN_PRODUCTION).exclude(payment_status=PaymentStatus.DISPUTED)
        return _zip(request, form, [order.pk for order in free])
    if verb not in VERBS:
        raise Http404
    to, said = VERBS[verb]
    orders = list(rows.filter(status=FROM[to])[:MOST_AT_ONCE])
    say_moved(request, bring_all(orders=orders, to=to, actor_id=request.user.pk), said)
    return _back(form)


def say_moved(request: ShopRequest, moved: Moved, said: str) -> None:
    """Say what became of many orders."""
    for why in moved.refused[:MOST_SAID]:
        messages.error(request, why)
    further = len(moved.refused) - MOST_SAID
    if further > 0:
        messages.error(request, f"{further:,} more were refused.")
    if moved.moved:
        count = moved.moved
        words = "1 order is" if count == 1 else f"{count:,} orders are"
        messages.success(request, f"{words} {said}.")
    elif not moved.refused:
        messages.info(request, "No order was moved: somebody was quicker.")


def _zip(request: ShopRequest, form: OrderFilterForm, order_ids: list) -> HttpResponse:  # type: ignore[type-arg]  # ids
    try:
        batch = ask_batch(shop_id=request.shop.pk, order_ids=order_ids, actor_id=request.user.pk)
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(form)
    return redirect("fulfilment:batch", batch_id=batch.pk)


def _back(form: OrderFilterForm) -> HttpResponse:
    params = form.params()
    return redirect(reverse("orders:list") + (f"?{urlencode(params)}" if params else ""))
