"""Money back, and payments that a person decides on: for approvers, as of prices."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from foundation.shops.api import Role, ShopRequest, shop_page
from orders.contracts import Refused
from orders.enums import OrderStatus
from orders.forms.verbs import DecideForm, ReasonForm, RefundForm
from orders.models import Refund
from orders.payments.refunds import accept_payment, cancel_with_refund, refund, refund_payment
from orders.payments.standing import DISPUTE_CLOSED, NOTHING
from orders.payments.telling import money as amount_words
from orders.queries.order_page import money_of
from orders.sales.moving import possible_for_staff

from .reading import act_by_form, order_or_404, show_form


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.APPROVER)
def refund_order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Pay back all that is left, or a part of it; the same form asks once."""
    order = order_or_404(request, order_id)
    rows = money_of(order)
    standing = rows.standing
    posted = request.POST if request.method == "POST" else None
    form = RefundForm(posted, left=standing.refundable, currency=order.currency)

    def show() -> HttpResponse:
        return show_form(
            request,
            order,
            form,
            "orders/refund.html",
            title=f"Refund order {order}",
            pointless=standing.refundable <= NOTHING and not form.errors,
            lead="The money goes back the way it came. The order itself stays where it is.",
            money=rows,
            standing=standing,
            disputes=[each for each in rows.disputes if each.status not in DISPUTE_CLOSED],
        )

    if posted is None:
        return show()
    known = _asked_before(form)
    if known is not None and known.attempt.order_id == order.pk:
        # The same form came twice: what it asked for is under way.
        return redirect("orders:order", order_id=order.pk)

    def pay_back() -> None:
        if known is not None:
            raise Refused("form-used", "This form was used for another order. Open it again.")
        refund(
            order=order,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            actor_id=request.user.pk,
            refund_id=form.cleaned_data["refund_id"],
        )

    return act_by_form(
        request,
        order,
        form,
        verb=pay_back,
        said="The refund is asked for. The page says when the customer has it.",
        show=show,
    )


def _asked_before(form: RefundForm) -> Refund | None:
    """Return the refund that this very form has asked for already."""
    try:
        wanted = form.fields["refund_id"].clean(form.data.get("refund_id"))
    except Exception:  # noqa: BLE001 -- what is wrong with it is said by the form
        return None
    rows = Refund.objects.filter(pk=wanted).select_related("attempt")
    found: Refund | None = rows.first()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.APPROVER)
def cancel_order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Say what cancelling costs and pays back, then do both."""
    order = order_or_404(request, order_id)
    rows = money_of(order)
    standing = rows.standing
    disputes = [each for each in rows.disputes if each.status not in DISPUTE_CLOSED]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    possible = OrderStatus.CANCELED in possible_for_staff(order)
    held = bool(disputes) and standing.refundable > NOTHING

    def show() -> HttpResponse:
        return show_form(
            request,
            order,
            form,
            "orders/cancel.html",
            title=f"Cancel order {order}",
            lead="It cannot be taken back: a cancelled order stays cancelled.",
            standing=standing,
            possible=possible,
            pointless=(held or not possible) and not form.errors,
            disputes=disputes,
            held=held,
        )

    back = standing.refundable
    said = "It is cancelled."
    if back > NOTHING:
        said += f" {amount_words(back, order.currency)} go back to the customer."
    return act_by_form(
        request,
        order,
        form,
        verb=lambda: cancel_with_refund(
            order=order, reason=form.cleaned_data["reason"], actor_id=request.user.pk
        ),
        said=said,
        show=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.APPROVER)
def decide_payment(request: ShopRequest, order_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Accept a payment of another amount than the order's, or pay it back."""
    order = order_or_404(request, order_id)
    rows = money_of(order)
    attempt = next((each for each in rows.attempts if each.pk == attempt_id), None)
    if attempt is None:
        raise Http404
    form = DecideForm(request.POST if request.method == "POST" else None)

    def show() -> HttpResponse:
        return show_form(
            request,
            order,
            form,
            "orders/decide.html",
            title=f"Payment {attempt.number} of order {order}",
            lead="Another amount came in than the order costs. Nothing happens until you decide.",
            attempt=attempt,
            waits=attempt in rows.mismatched,
        )

    def decide() -> None:
        verb = accept_payment if form.cleaned_data["verdict"] == "accept" else refund_payment
        verb(attempt_id=attempt.pk, reason=form.cleaned_data["reason"], actor_id=request.user.pk)

    accepted = form.is_valid() and form.cleaned_data["verdict"] == "accept"
    said = "It is accepted: the order is paid." if accepted else "It goes back to the customer."
    return act_by_form(request, order, form, verb=decide, said=said, show=show)
