"""An order on its way: moved on, shipped, noted, printed again."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from foundation.audit.api import record
from foundation.shops.api import Role, ShopRequest, shop_page
from orders.contracts import Refused
from orders.enums import OrderStatus, RenderKind
from orders.forms.verbs import NoteForm, ParcelForm, ReprintForm
from orders.models import RenderJob
from orders.queries.order_page import lines_of
from orders.renders.finalising import render_again
from orders.sales.moving import bring_to, possible_for_staff, reprint
from orders.sales.noting import write_note

from .reading import act, act_by_form, order_or_404, show_form

SAID = {
    OrderStatus.IN_PRODUCTION: "It is in production.",
    OrderStatus.READY_TO_SHIP: "It is ready to ship.",
    OrderStatus.DELIVERED: "It is delivered. The customer is told by mail.",
}


@require_POST
@shop_page(Role.EDITOR)
def move_order(request: ShopRequest, order_id: UUID, to: str) -> HttpResponse:
    """Move an order on; to ship it asks for the parcel first."""
    order = order_or_404(request, order_id)
    if to == OrderStatus.SHIPPED:
        return redirect("orders:ship", order_id=order.pk)
    if to not in SAID:
        raise Http404
    status = OrderStatus(to)
    return act(
        request,
        order,
        lambda: bring_to(order_id=order.pk, to=status, actor_id=request.user.pk),
        SAID[status],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def ship_order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Ask for the parcel's tracking, then say that it is on its way."""
    order = order_or_404(request, order_id)
    # Not "or None": an empty form means a parcel without tracking.
    form = ParcelForm(request.POST if request.method == "POST" else None)

    def show() -> HttpResponse:
        return show_form(
            request,
            order,
            form,
            "orders/ship.html",
            title=f"Ship order {order}",
            lead="The customer is told by mail at once, with what you enter here.",
            possible=OrderStatus.SHIPPED in possible_for_staff(order),
        )

    return act_by_form(
        request,
        order,
        form,
        verb=lambda: bring_to(
            order_id=order.pk,
            to=OrderStatus.SHIPPED,
            actor_id=request.user.pk,
            parcel=form.parcel(),
        ),
        said="It is shipped. The customer is told by mail.",
        show=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def reprint_order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Choose what is printed again, and why; makes a new order that costs nothing."""
    order = order_or_404(request, order_id)
    lines = [line for line in lines_of(order) if line.version_id]
    form = ReprintForm(request.POST if request.method == "POST" else None, lines=lines)

    def show() -> HttpResponse:
        return show_form(
            request,
            order,
            form,
            "orders/reprint.html",
            title=f"Print from order {order} again",
            lead="Free of charge, to the same address. The customer is told when it is sent.",
        )

    return act_by_form(
        request,
        order,
        form,
        verb=lambda: reprint(
            order=order,
            positions=form.cleaned_data["lines"],
            reason=form.cleaned_data["reason"],
            actor_id=request.user.pk,
        ),
        said="A free order was made of it; it stands below, under Related orders.",
        show=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def note_order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Write the note; what a colleague wrote meanwhile is never lost."""
    order = order_or_404(request, order_id)
    told = {"seen": order.note, "note": order.note}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=told)

    def show() -> HttpResponse:
        if form.is_bound:
            # What was refused was shown: saving again knows what the note says now.
            form.data = {**dict(form.data.items()), "seen": order.note}
        return show_form(
            request, order, form, "orders/note.html", title=f"Note of order {order}", lead=""
        )

    return act_by_form(
        request,
        order,
        form,
        verb=lambda: write_note(
            order_id=order.pk,
            text=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"],
            actor_id=request.user.pk,
        ),
        said="The note is kept.",
        show=show,
    )


@require_POST
@shop_page(Role.EDITOR)
def render_order_again(request: ShopRequest, order_id: UUID, render_id: UUID) -> HttpResponse:
    """Have print files of an order made once more that failed."""
    order = order_or_404(request, order_id)
    render = RenderJob.objects.filter(
        pk=render_id, kind=RenderKind.PRINT, version__order_lines__order=order
    ).first()
    if render is None:
        raise Http404

    def again() -> None:
        try:
            render_again(render_id=render.pk)
        except Refused as refused:
            message = f"Nothing was begun anew. {refused}"
            raise Refused(refused.code, message) from refused
        record(
            "orders.print.again",
            shop_id=order.shop_id,
            actor_id=request.user.pk,
            object_type="order",
            object_id=order.pk,
            details={"render": str(render.pk)},
        )

    return act(request, order, again, "The print files are made once more.")
