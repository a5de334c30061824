"""Let a customer pay: one payment page of an order at a time, and none while it is changed.

Called outside of any transaction: the attempt is stored with its key and request, Stripe is asked,
the answer is recorded (house law 2). What is lost in between is finished by the sweep.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from foundation.failures import Failure, Misconfigured, NotNow, Parked
from orders.contracts import Refused
from orders.enums import UNPAID_STATUSES, AttemptState, OrderStatus, PaymentStatus
from orders.models import Order, PaymentAttempt, PrintShop, Refund
from orders.sales.lines import refuse_closed
from orders.sales.states import locked

from . import accounts
from .asking import ask_for
from .client import stripe_client
from .facts import Account
from .opening import (
    LEAST_TO_CREATE,
    LIFETIME,
    Opener,
    close_session,
    open_session_patiently,
    read_session,
)

LEAST_TO_PAY: Final = dt.timedelta(minutes=15)
"""A page that ends sooner is not handed out again."""
MOST_STEPS: Final = 4
UNSETTLED: Final = (AttemptState.STORED, AttemptState.OPEN, AttemptState.PROCESSING)
_ADDRESS: Final = ("name", "line1", "city", "postal_code", "country", "email")
_UNPAID: Final = (PaymentStatus.UNPAID, PaymentStatus.FAILED, PaymentStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Abandonment:
    """Whether nobody can pay for an order any more; if not, ``message`` says why, for people."""

    free: bool
    message: str = ""


def checkout(
    *, order: Order, success_url: str, cancel_url: str, client: Opener | None = None
) -> PaymentAttempt:
    """Return the attempt by whose ``url`` the customer pays; asked again, it is the same one.

    Raises :class:`orders.contracts.Refused`, in words for the customer.
    """
    opener = client or stripe_client
    with _kindly():
        for _ in range(MOST_STEPS):
            attempt, keep = claim(order.pk, success_url=success_url, cancel_url=cancel_url)
            if keep and attempt.state == AttemptState.STORED:
                attempt = open_session_patiently(attempt, opener(attempt.connection_id))
            elif not keep:
                close_session(attempt, opener(attempt.connection_id))
                continue
            if attempt.state == AttemptState.OPEN and _stands(attempt):
                return attempt
    raise Refused(
        "order-changed",
        "The order was changed while its payment page was opened. Nothing was charged: please look "
        "at it and try again.",
    )


def abandon(*, order: Order, client: Opener | None = None) -> Abandonment:
    """Close what an order could still be paid by, because it is to be changed or cancelled.

    Whoever changes it asks :func:`is_free` again under the order's lock. Raises
    :class:`orders.contracts.Refused` when Stripe cannot be asked now.
    """
    opener = client or stripe_client
    with _kindly():
        for attempt in _unsettled(order.pk):
            ended = (
                attempt
                if attempt.state == AttemptState.PROCESSING
                else close_session(attempt, opener(attempt.connection_id))
            )
            if ended.state == AttemptState.SUCCEEDED:
                return Abandonment(free=False, message="The order has been paid meanwhile.")
            if ended.state == AttemptState.PROCESSING:
                return Abandonment(
                    free=False,
                    message="A payment for this order is being cleared by the bank, which can "
                    "take some days.",
                )
    return Abandonment(free=True)


def is_free(order: Order) -> bool:
    """Whether nobody can pay for an order now. Ask under its lock, after :func:`abandon`."""
    return not PaymentAttempt.objects.filter(order=order, state__in=UNSETTLED).exists()


def read_back(*, order: Order, client: Opener | None = None) -> bool:
    """Ask Stripe what became of an order's open payment: its customer has just come back.

    Reaching the success page proves nothing, and the webhook may be later than the customer.
    Returns whether the order is paid. What cannot be read now comes by webhook or sweep.
    """
    opener = client or stripe_client
    for attempt in _unsettled(order.pk):
        try:
            read_session(attempt, opener(attempt.connection_id))
        except (Failure, NotNow):
            break
    return PaymentAttempt.objects.filter(order=order, settles=True).exists()


@transaction.atomic
def claim(order_id: UUID, *, success_url: str, cancel_url: str) -> tuple[PaymentAttempt, bool]:
    """Return the attempt to go on with, and whether it may be kept or must be closed."""
    order = locked(order_id)
    _check_payable(order)
    if order.status == OrderStatus.DRAFT:
        # What waits for its payment is under way, and goes on.
        for print_shop in PrintShop.objects.for_shop(order.shop_id):
            refuse_closed(print_shop)
    account = accounts.account_of(order.shop_id)
    now = timezone.now()
    for attempt in _unsettled(order_id):
        if attempt.state == AttemptState.PROCESSING:
            raise Refused(
                "payment-clearing",
                "A payment for this order is being cleared by the bank, which can take some days. "
                "We write to you when it has arrived.",
            )
        return attempt, _may_be_kept(order, attempt, account, now)
    _check_nothing_waits(order)
    return _store(order, account, now, success_url=success_url, cancel_url=cancel_url), True


def _may_be_kept(order: Order, attempt: PaymentAttempt, account: Account, now: dt.datetime) -> bool:
    left = LEAST_TO_PAY if attempt.state == AttemptState.OPEN else LEAST_TO_CREATE
    return (
        attempt.connection_id == account.connection_id
        and attempt.amount == order.total
        and attempt.currency == order.currency
        and attempt.expires_at - now > left
    )


def _store(
    order: Order, account: Account, now: dt.datetime, *, success_url: str, cancel_url: str
) -> PaymentAttempt:
    attempt_id = uuid4()
    last = PaymentAttempt.objects.filter(order=order).aggregate(last=Max("number"))["last"] or 0
    expires_at = (now + LIFETIME).replace(microsecond=0)
    wanted = ask_for(
        order,
        attempt_id=attempt_id,
        expires_at=expires_at,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    row: PaymentAttempt = PaymentAttempt.objects.create(
        pk=attempt_id,
        shop_id=order.shop_id,
        connection_id=account.connection_id,
        order=order,
        number=last + 1,
        amount=order.total,
        currency=order.currency,
        idempotency_key=f"checkout-{attempt_id}",
        ask=msgspec.to_builtins(wanted),
        expires_at=expires_at,
    )
    # JSONB has an order of its own: what is sent now is to the letter what is sent again.
    row.refresh_from_db(fields=["ask"])
    return row


def _check_payable(order: Order) -> None:
    if order.status not in UNPAID_STATUSES or order.payment_status not in _UNPAID:
        raise Refused("not-payable", "There is nothing to pay for this order any more.")
    if order.priced_at is None or order.total <= 0:
        raise Refused("not-priced", "This order has no price yet. Please look through it again.")
    missing = [name for name in _ADDRESS if not getattr(order, name)]
    if missing:
        raise Refused(
            "address-incomplete",
            "Please complete your address first: " + ", ".join(missing).replace("_", " ") + ".",
        )


def _check_nothing_waits(order: Order) -> None:
    """Open no further page while money that came in waits for a person's decision."""
    paid = PaymentAttempt.objects.filter(order=order, state=AttemptState.SUCCEEDED)
    returned = Refund.objects.filter(attempt__order=order).values("attempt_id")
    if paid.exclude(pk__in=returned).exists():
        raise Refused(
            "payment-checked",
            "We have received a payment for this order and are looking at it. Please do not pay "
            "again: we will write to you.",
        )


def _unsettled(order_id: UUID) -> list[PaymentAttempt]:
    return list(
        PaymentAttempt.objects.filter(order_id=order_id, state__in=UNSETTLED).order_by("number")
    )


def _stands(attempt: PaymentAttempt) -> bool:
    """Whether the order still waits for exactly this, now that its page is open."""
    return Order.objects.filter(
        pk=attempt.order_id,
        status__in=UNPAID_STATUSES,
        total=attempt.amount,
        currency=attempt.currency,
    ).exists()


@contextmanager
def _kindly() -> Iterator[None]:
    """Say to the customer what a failure means for them; staff have their alert."""
    try:
        yield
    except (Parked, Misconfigured) as error:
        raise accounts.closed() from error
    except (Failure, NotNow) as error:
        raise accounts.unavailable() from error
