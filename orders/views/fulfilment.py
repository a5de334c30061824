"""The production queue: what blocks paid orders, what is printed today, what waits to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.shops.api import Role, ShopRequest, onward, shop_page
from foundation.storage.api import signed_url
from orders.contracts import Refused
from orders.enums import OrderStatus, PaymentStatus
from orders.forms.verbs import ParcelListForm
from orders.models import Order
from orders.packing.batches import (
    KEEP,
    MOST_ORDERS,
    ZIP,
    BatchStanding,
    Files,
    ask_batch,
    batch_of,
    latest_batches,
    stop_batch,
)
from orders.packing.parcels import Parcel, read_parcels, ship_parcels
from orders.presenting.orders import measures_of
from orders.queries.production import (
    MOST,
    Block,
    Piece,
    blocks_of,
    in_production,
    not_in_production,
    pieces_of,
    ready_to_ship,
)
from orders.sales.many import bring_all

from .orders import MOST_SAID, say_moved
from .reading import REFUSED

SHOWN_BATCHES = 3
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Group:
    """What is printed alike: one product in one size."""

    title: str
    measures: str
    pieces: Sequence[Piece]

    @property
    def quantity(self) -> int:
        """How many sheets, mugs or cards."""
        return sum(piece.line.quantity for piece in self.pieces)


@require_safe
@shop_page()
def queue(request: ShopRequest) -> HttpResponse:
    """Show the queue; htmx asks for what changes by itself."""
    context = {**queue_of(request), "title": "Fulfilment", "here": request.get_full_path()}
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/fulfilment/queue_body.html" if fragment else "orders/fulfilment/queue.html"
    return render(request, name, context)


def queue_of(request: ShopRequest) -> dict[str, Any]:
    """Return what is to be done today. Nine queries."""
    shop_id = request.shop.pk
    paid = not_in_production(shop_id)
    orders = in_production(shop_id)
    ready = ready_to_ship(shop_id)
    disputed = [
        order for order in (*orders, *ready) if order.payment_status == PaymentStatus.DISPUTED
    ]
    held = {order.pk for order in disputed}
    free = [order for order in orders if order.pk not in held]
    groups = grouped(pieces_of([order.pk for order in free]))
    return {
        "lead": "Everything that is paid and not yet sent, the oldest first.",
        "blocked": _blocked(paid, disputed),
        "orders": free,
        "groups": groups,
        "sheets": sum(group.quantity for group in groups),
        "ready": [order for order in ready if order.pk not in held],
        "batches": latest_batches(shop_id, limit=SHOWN_BATCHES),
        "files": Files,
        "may_edit": request.role.may(Role.EDITOR),
        "most": MOST,
        "most_zip": MOST_ORDERS,
        "full": MOST in (len(orders), len(paid), len(ready)),
    }


def _blocked(paid: Sequence[Order], disputed: Sequence[Order]) -> list[tuple[Order, Block]]:
    blocks = blocks_of(paid)
    waits = Block("The customer's bank disputes the payment: it is not sent meanwhile.", "bad")
    tones = ("bad", "warn", "busy")
    found = [*((order, blocks[order.pk]) for order in paid), *((each, waits) for each in disputed)]
    return sorted(found, key=lambda pair: tones.index(pair[1].tone))


def grouped(pieces: Sequence[Piece]) -> list[Group]:
    """Put together what is printed alike; the pieces come in that order."""
    groups: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        version = piece.line.version
        measures = measures_of(version.spec) if version else ""
        groups.setdefault((piece.line.title, measures), []).append(piece)
    return [Group(title, measures, found) for (title, measures), found in groups.items()]


@require_POST
@shop_page(Role.EDITOR)
def pack(request: ShopRequest) -> HttpResponse:
    """Have a zip made of the ticked orders in production, or of all of them."""
    kind = request.POST.get("files", "")
    files = Files(kind) if kind in Files.values else Files.PDF
    wanted = set(request.POST.getlist("order"))
    orders = in_production(request.shop.pk)
    chosen = [
        order
        for order in orders
        if order.payment_status != PaymentStatus.DISPUTED
        and (not wanted or str(order.pk) in wanted)
    ]
    try:
        batch = ask_batch(
            shop_id=request.shop.pk,
            order_ids=[order.pk for order in chosen[:MOST_ORDERS]],
            files=files,
            actor_id=request.user.pk,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("fulfilment:queue")
    return redirect("fulfilment:batch", batch_id=batch.pk)


def _batch_or_404(request: ShopRequest, batch_id: UUID) -> BatchStanding:
    found = batch_of(request.shop.pk, batch_id)
    if found is None:
        raise Http404
    return found


@require_safe
@shop_page()
def batch_page(request: ShopRequest, batch_id: UUID) -> HttpResponse:
    """Show how far a zip is, what is in it, and what can be done with its orders."""
    standing = _batch_or_404(request, batch_id)
    orders = list(
        Order.objects.for_shop(request.shop.pk)
        .filter(pk__in=standing.batch.order_ids)
        .order_by("paid_at", "number")
    )
    context = {
        "title": f"Prints of {len(orders):,} order{'' if len(orders) == 1 else 's'}",
        "lead": "One zip: print files by product and size, a job ticket per order, a manifest.",
        "crumbs": [("Fulfilment", reverse("fulfilment:queue"))],
        "standing": standing,
        "batch": standing.batch,
        "files": Files(standing.batch.files),
        "orders": orders,
        "producing": sum(order.status == OrderStatus.IN_PRODUCTION for order in orders),
        "may_edit": request.role.may(Role.EDITOR),
        "days": KEEP.days,
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/fulfilment/batch_body.html" if fragment else "orders/fulfilment/batch.html"
    return render(request, name, context)


@require_safe
@shop_page(Role.EDITOR)
def batch_file(request: ShopRequest, batch_id: UUID) -> HttpResponse:
    """Lead to the zip by an address that is signed now."""
    standing = _batch_or_404(request, batch_id)
    if not standing.made:
        messages.info(request, "There is no file yet, or not any more. Ask for another zip.")
        return redirect("fulfilment:batch", batch_id=batch_id)
    return HttpResponseRedirect(
        signed_url(
            standing.batch.file_key,
            seconds=SECONDS,
            content_type=ZIP,
            download_as=standing.file_name,
        )
    )


@require_POST
@shop_page(Role.EDITOR)
def batch_stop(request: ShopRequest, batch_id: UUID) -> HttpResponse:
    """Stop making a zip."""
    standing = _batch_or_404(request, batch_id)
    if standing.unfinished:
        stop_batch(standing, actor_id=request.user.pk)
        messages.success(request, "Stopped. No file is kept, and no order was touched.")
    else:
        messages.info(request, "It has ended already.")
    return redirect("fulfilment:batch", batch_id=batch_id)


@require_POST
@shop_page(Role.EDITOR)
def batch_ready(request: ShopRequest, batch_id: UUID) -> HttpResponse:
    """Say that what was in a zip is printed: its orders become ready to ship."""
    standing = _batch_or_404(request, batch_id)
    rows = Order.objects.for_shop(request.shop.pk).filter(
        pk__in=standing.batch.order_ids, status=OrderStatus.IN_PRODUCTION
    )
    moved = bring_all(
        orders=list(rows.order_by("paid_at", "number")),
        to=OrderStatus.READY_TO_SHIP,
        actor_id=request.user.pk,
    )
    say_moved(request, moved, "ready to ship")
    return onward(request, "fulfilment:queue")


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def ship_list(request: ShopRequest) -> HttpResponse:
    """Read a pasted list: first say what each line would do, then ship what can be."""
    posted = request.method == "POST"
    form = ParcelListForm(request.POST if posted else None)
    parcels: list[Parcel] = []
    if posted and form.is_valid():
        try:
            parcels = read_parcels(request.shop.pk, form.cleaned_data["text"])
        except Refused as refused:
            form.add_error("text", str(refused))
    if parcels and request.POST.get("step") == "ship":
        sent = ship_parcels(
            parcels=parcels,
            carrier=form.cleaned_data["carrier"],
            tracking_page=form.cleaned_data["tracking_page"],
            actor_id=request.user.pk,
        )
        for why in sent.refused[:MOST_SAID]:
            messages.error(request, why)
        left = sum(bool(parcel.problem) for parcel in parcels)
        words = "1 order is" if sent.sent == 1 else f"{sent.sent:,} orders are"
        said = f"{words} shipped; the customers are told by mail."
        messages.success(request, f"{said} {left:,} lines were left out." if left else said)
        return redirect("fulfilment:queue")
    context = {
        "title": "Ship by list",
        "lead": "Paste order and tracking numbers. Nothing is sent before you have seen each line.",
        "crumbs": [("Fulfilment", reverse("fulfilment:queue"))],
        "form": form,
        "parcels": parcels,
        "carried": {name: form.data.get(name, "") for name in form.fields} if posted else {},
        "good": sum(not parcel.problem for parcel in parcels),
        "waiting": ready_to_ship(request.shop.pk) if not parcels else [],
    }
    status = REFUSED if form.errors else 200
    return render(request, "orders/fulfilment/ship_list.html", context, status=status)
