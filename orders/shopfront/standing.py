"""Where an order stands, in words for its customer: what happened, what comes, what to do."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from orders.enums import (
    UNPAID_STATUSES,
    AttemptState,
    OrderStatus,
    PaymentStatus,
    RenderKind,
    RenderStatus,
)
from orders.models import Order, PaymentAttempt, RenderJob


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


def brief_of(order: Order) -> str:
    """Return where an order stands in two or three words."""
    said = _BRIEF[OrderStatus(order.status)]
    more = _PAYMENT_BRIEF.get(PaymentStatus(order.payment_status))
    return f"{said}, {more}" if more else said


def standing_of(order: Order, *, came_back: bool = False) -> Standing:
    """Return what to tell about an order that is no draft; two queries.

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
        return Standing(
            "Your bank asks about this payment",
            "The order waits until that is answered. If you know nothing of it, write to us.",
            Tone.BAD,
        )
    if status is OrderStatus.PAID:
        return _paid(renders)
    return _FURTHER[status]


_FURTHER = {
    OrderStatus.IN_PRODUCTION: Standing(
        "Your print is being made",
        "It is in the workshop now. We write to you when it is sent.",
        Tone.GOOD,
    ),
    OrderStatus.READY_TO_SHIP: Standing(
        "Your print is packed",
        "It waits for the carrier. We write to you when it is sent.",
        Tone.GOOD,
    ),
    OrderStatus.SHIPPED: Standing(
        "Your print is on its way", "It was handed to the carrier.", Tone.GOOD
    ),
    OrderStatus.DELIVERED: Standing(
        "Your print has arrived", "We hope it has a good place on the wall.", Tone.GOOD
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
        why = attempt.failure_reason or "The payment was not accepted."
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


def _paid(renders: Sequence[RenderJob]) -> Standing:
    failed = [each for each in renders if each.status == RenderStatus.FAILED]
    if any(each.next_attempt_at is None for each in failed):
        return Standing(
            "Paid. Your print file needs a hand",
            "It could not be drawn by itself. We have been told and take care of it; you need do "
            "nothing. If we cannot print it you get your money back.",
            Tone.WAITING,
        )
    if failed:
        return Standing(
            "Paid. Your print file is tried again",
            "Drawing it did not work at first. It is tried again in a moment, by itself.",
            Tone.WAITING,
            waits=True,
        )
    return Standing(
        "Thank you, your order is paid",
        "Your print file is being drawn in full size. After that it goes to the workshop.",
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
    (OrderStatus.PAID, "Paid", "paid_at"),
    (OrderStatus.IN_PRODUCTION, "In production", "in_production_at"),
    (OrderStatus.SHIPPED, "On its way", "shipped_at"),
    (OrderStatus.DELIVERED, "Delivered", "delivered_at"),
)


def _steps(order: Order) -> tuple[Step, ...]:
    """Return the way of an order; nothing of a cancelled one."""
    if order.status == OrderStatus.CANCELED:
        return ()
    reached = list(OrderStatus).index(OrderStatus(order.status))
    found = []
    for status, label, column in _ORDER:
        place = list(OrderStatus).index(status)
        state = "done" if place <= reached else "later"
        found.append(Step(label, state, getattr(order, column)))
    done = sum(step.state == "done" for step in found)
    if done < len(found):
        found[done] = Step(found[done].label, "now")
    return tuple(found)
