"""Where an order stands, in words for its customer: what happened, what comes, what to do."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orders.enums import (
    UNPAID_STATUSES,
    AttemptState,
    OrderStatus,
    PaymentStatus,
    RenderKind,
    RenderStatus,
)
from orders.models import Dispute, Order, PaymentAttempt, RenderJob
from orders.payments.standing import DISPUTE_CLOSED


class Tone(StrEnum):
    """How a standing is shown; its words say the same."""

    WAITING = "waiting"
    GOOD = "good"
    CALM = "calm"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Step:
    """One step on an order's way. ``state`` is done, now or later."""

    label: str
    state: str
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer is told. ``waits``: it changes soon by itself. ``payable``: pay (again)."""

    heading: str
    text: str
    tone: Tone
    waits: bool = False
    payable: bool = False
    steps: tuple[Step, ...] = ()
    stamp: str = ""


_BRIEF = {
    OrderStatus.DRAFT: "Not ordered yet",
    OrderStatus.PENDING_PAYMENT: "Waiting for payment",
    OrderStatus.PAID: "Paid",
    OrderStatus.IN_PRODUCTION: "In production",
    OrderStatus.READY_TO_SHIP: "Packed",
    OrderStatus.SHIPPED: "On its way",
    OrderStatus.DELIVERED: "Delivered",
    OrderStatus.CANCELED: "Cancelled",
}
_PAYMENT_BRIEF = {
    PaymentStatus.PROCESSING: "payment being cleared",
    PaymentStatus.FAILED: "payment failed",
    PaymentStatus.PARTIALLY_REFUNDED: "partly refunded",
    PaymentStatus.REFUNDED: "refunded",
    PaymentStatus.DISPUTED: "payment disputed",
}


def said_of(order: Order, status: OrderStatus) -> str:
    """Return a status in the customer's words; a free reprint was never paid."""
    if status is OrderStatus.PAID and order.reprint_of_id is not None:
        return "Ordered"
    return _BRIEF[status]


def brief_of(order: Order) -> str:
    """Return where an order stands in two or three words."""
    said = said_of(order, OrderStatus(order.status))
    more = _PAYMENT_BRIEF.get(PaymentStatus(order.payment_status))
    return f"{said}, {more}" if more else said


def standing_of(order: Order, *, came_back: bool = False) -> Standing:
    """Return what to tell about an order that is no draft; two queries, three in a dispute.

    ``came_back``: the customer has just come from Stripe's page.
    """
    renders = list(
        RenderJob.objects.filter(
            version__order_lines__order=order, kind=RenderKind.PRINT
        ).distinct()
    )
    attempt = PaymentAttempt.objects.filter(order=order).order_by("-number").first()
    told = _told(order, attempt, renders, came_back=came_back)
    state = (
        order.changed_at.isoformat(),
        order.status,
        order.payment_status,
        str(order.refunded_total),
        attempt.state if attempt else "",
        *sorted(f"{each.pk}{each.status}{each.next_attempt_at}" for each in renders),
    )
    return Standing(
        heading=told.heading,
        text=told.text,
        tone=told.tone,
        waits=told.waits,
        payable=told.payable,
        steps=_steps(order),
        stamp=hashlib.sha256("|".join(state).encode()).hexdigest()[:16],
    )


def _told(
    order: Order,
    attempt: PaymentAttempt | None,
    renders: Sequence[RenderJob],
    *,
    came_back: bool,
) -> Standing:
    status, money = OrderStatus(order.status), PaymentStatus(order.payment_status)
    if status is OrderStatus.CANCELED:
        return _canceled(order, money)
    if status in UNPAID_STATUSES:
        return _unpaid(attempt, came_back=came_back)
    if money is PaymentStatus.REFUNDED:
        return Standing(
            "This order was refunded",
            "The money goes back the way it came. Your bank may need some days to show it.",
            Tone.CALM,
        )
    if money is PaymentStatus.DISPUTED:
        return _disputed(attempt, sent=status in _SENT)
    told = _paid(renders, free=order.reprint_of_id is not None)
    if status is not OrderStatus.PAID:
        told = _FURTHER[status]
    if money is PaymentStatus.PARTIALLY_REFUNDED:
        told = replace(told, text=f"{told.text} A part of the money was paid back.")
    return told


_SENT = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)


def _disputed(attempt: PaymentAttempt | None, *, sent: bool) -> Standing:
    """Return what to tell while a bank disputes the payment, or has taken it back."""
    disputes = Dispute.objects.filter(attempt__order=attempt.order_id if attempt else None)
    if disputes and all(each.status in DISPUTE_CLOSED for each in disputes):
        return Standing(
            "Your bank has taken this payment back",
            "You have the money again. If you did not want that, write to us.",
            Tone.CALM,
        )
    waits = "What you ordered was sent before." if sent else "The order waits for the answer."
    return Standing(
        "Your bank asks about this payment",
        f"{waits} If you know nothing of it, write to us.",
        Tone.BAD,
    )


_FURTHER = {
    OrderStatus.IN_PRODUCTION: Standing(
        "Your order is being made",
        "It is in the workshop now. We write to you when it is sent.",
        Tone.GOOD,
    ),
    OrderStatus.READY_TO_SHIP: Standing(
        "Your order is packed",
        "It waits for the carrier. We write to you when it is sent.",
        Tone.GOOD,
    ),
    OrderStatus.SHIPPED: Standing(
        "Your order is on its way", "It was handed to the carrier.", Tone.GOOD
    ),
    OrderStatus.DELIVERED: Standing(
        "Your order has arrived", "We hope it has found a good place.", Tone.GOOD
    ),
}


def _unpaid(attempt: PaymentAttempt | None, *, came_back: bool) -> Standing:
    state = AttemptState(attempt.state) if attempt else AttemptState.EXPIRED
    if state is AttemptState.PROCESSING:
        return Standing(
            "Your bank is clearing the payment",
            "That can take some days. You need do nothing; we write to you when it has arrived.",
            Tone.WAITING,
        )
    if state is AttemptState.FAILED and attempt is not None:
        why = _to_customer(attempt.failure_reason) or "The payment was not accepted."
        return Standing(
            "The payment did not go through",
            f"{why} Nothing was charged. Try again, or pay in another way.",
            Tone.BAD,
            payable=True,
        )
    if state is AttemptState.SUCCEEDED:
        return Standing(
            "We have received a payment and are looking at it",
            "Please do not pay again: we write to you.",
            Tone.WAITING,
        )
    if came_back:
        return Standing(
            "We are waiting for Stripe's word",
            "You have come back from the payment page. As soon as Stripe confirms the payment it "
            "is said here; that mostly takes a few seconds. Please do not pay again meanwhile.",
            Tone.WAITING,
            waits=True,
        )
    if state is AttemptState.EXPIRED:
        return Standing(
            "This order is not paid yet",
            "The payment page was closed. Nothing was charged. Open it again when you like.",
            Tone.CALM,
            payable=True,
        )
    return Standing(
        "This order is not paid yet",
        "Its payment page is open. Go on with it, or take the order back to change it.",
        Tone.CALM,
        waits=True,
        payable=True,
    )


def _to_customer(reason: str) -> str:
    """Say to the customer what Stripe says to the merchant."""
    return reason.replace("The customer's", "Your").replace("the customer's", "your")


def _paid(renders: Sequence[RenderJob], *, free: bool) -> Standing:
    failed = [each for each in renders if each.status == RenderStatus.FAILED]
    if any(each.next_attempt_at is None for each in failed):
        return Standing(
            "Paid. A print file needs a hand",
            "It could not be drawn by itself. We have been told and take care of it; you need do "
            "nothing. If we cannot print it you get your money back.",
            Tone.WAITING,
        )
    if failed:
        return Standing(
            "Paid. A print file is tried again",
            "Drawing it did not work at first. It is tried again in a moment, by itself.",
            Tone.WAITING,
            waits=True,
        )
    return Standing(
        "It is printed again" if free else "Thank you, your order is paid",
        "Its print files are being drawn in full size. After that it goes to the workshop.",
        Tone.GOOD,
        waits=True,
    )


def _canceled(order: Order, money: PaymentStatus) -> Standing:
    if money is PaymentStatus.REFUNDED:
        text = "What you paid went back the way it came. Your bank may need some days to show it."
    elif order.paid_at is not None:
        text = "What you paid goes back the way it came. Your bank may need some days to show it."
    else:
        text = "Nothing was charged, and nothing will be sent. Your designs are kept."
    return Standing("This order is cancelled", text, Tone.CALM)


_ORDER = (
    (OrderStatus.PAID, "paid_at"),
    (OrderStatus.IN_PRODUCTION, "in_production_at"),
    (OrderStatus.SHIPPED, "shipped_at"),
    (OrderStatus.DELIVERED, "delivered_at"),
)


def _steps(order: Order) -> tuple[Step, ...]:
    """Return the way of an order; nothing of a cancelled one."""
    if order.status == OrderStatus.CANCELED:
        return ()
    reached = list(OrderStatus).index(OrderStatus(order.status))
    found = []
    for status, column in _ORDER:
        place = list(OrderStatus).index(status)
        state = "done" if place <= reached else "later"
        found.append(Step(said_of(order, status), state, getattr(order, column)))
    done = sum(step.state == "done" for step in found)
    if done < len(found):
        found[done] = Step(found[done].label, "now")
    return tuple(found)
