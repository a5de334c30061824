"""Open a Checkout Session that was stored, close one, read one back: claim → I/O → record.

Each takes an attempt that is stored already and whatever client speaks for its connection. A
session is created with its attempt's key and exactly its stored request, so that asking again
gives the same session; none is created anew while another may still be paid.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from connectors.stripe.api import KeyReused, Rejected, Session, SessionWanted, StripeClient
from foundation.alerts.api import Severity, open_alert
from foundation.failures import OutcomeUnknown, Permanent, Transient
from foundation.outbound.api import NotSent
from foundation.work.api import NewJob, enqueue_many
from orders.contracts import Why
from orders.enums import UNPAID_STATUSES, AttemptState
from orders.models import PaymentAttempt

from .facts import BY_READING
from .finding import Found, lock_attempt
from .reading import facts_of_session
from .settling import note_payment
from .telling import page_of

CLOSE_ATTEMPT: Final = "orders.close_attempt"
"""Task: {"attempt_id"}; unique while unfinished for each attempt."""

BY_CUSTOMER: Final = Why(cause="customer")
LIFETIME: Final = timedelta(hours=12)
LEAST_TO_CREATE: Final = timedelta(minutes=31)
"""A session must live half an hour from its creation (contract §3.1), the call not counted."""

PAUSE_SECONDS: Final = 0.4

Opener = Callable[[UUID], StripeClient]
"""Gives the client of a connection."""


class NeverOpened(Permanent):
    """Stripe refuses a payment page: there is none, and there will be none by this attempt."""


def open_session(attempt: PaymentAttempt, client: StripeClient) -> PaymentAttempt:
    """Have the session of a stored attempt made, or learn of it, and return the attempt as it is.

    Raises :class:`NeverOpened` when Stripe refuses it: then the attempt is over, and staff are
    told. A key that is said to be of another request is no such refusal: there may be a session.
    """
    wanted = msgspec.convert(attempt.ask, SessionWanted)
    try:
        session = client.create_session(wanted, idempotency_key=attempt.idempotency_key)
    except KeyReused:
        raise
    except Rejected as error:
        _never_opened(attempt.pk, str(error))
        raise NeverOpened(str(error)) from error
    return record_session(attempt.pk, session)


def open_session_patiently(attempt: PaymentAttempt, client: StripeClient) -> PaymentAttempt:
    """Likewise for somebody who waits: asked once more with the same key before giving up.

    A lost answer comes at once then. Stripe refuses a key that is in use at this moment, by the
    first of two clicks: its answer is there a moment later.
    """
    try:
        return open_session(attempt, client)
    except NotSent:
        raise
    except Transient as error:
        if not isinstance(error, OutcomeUnknown):
            time.sleep(PAUSE_SECONDS)
        return open_session(attempt, client)


def close_session(attempt: PaymentAttempt, client: StripeClient) -> PaymentAttempt:
    """Make sure that nobody can pay by an attempt any more; returns it as it is then.

    Expired, if that was possible. Whoever paid or is about to keeps what they did: the attempt is
    SUCCEEDED or PROCESSING then, and the order has followed.
    """
    if not attempt.stripe_checkout_session_id:
        try:
            attempt = open_session(attempt, client)
        except NeverOpened:
            attempt.refresh_from_db()
            return attempt
    session_id = attempt.stripe_checkout_session_id
    if attempt.state != AttemptState.OPEN or not session_id:
        return attempt
    try:
        session = client.expire_session(session_id, idempotency_key=f"expire-{attempt.pk}")
    except (OutcomeUnknown, Rejected):
        # Not open any more, or no answer: what it is now decides.
        session = client.session(session_id)
    attempt = record_session(attempt.pk, session)
    if attempt.state == AttemptState.OPEN:
        message = f"Session {session_id} is still open after Stripe was asked to end it."
        raise OutcomeUnknown(message)
    return attempt


def read_session(attempt: PaymentAttempt, client: StripeClient) -> PaymentAttempt:
    """Ask Stripe what became of a session, and take it in."""
    if not attempt.stripe_checkout_session_id:
        return attempt
    return record_session(attempt.pk, client.session(attempt.stripe_checkout_session_id))


@transaction.atomic
def record_session(attempt_id: UUID, session: Session) -> PaymentAttempt:
    """Write what Stripe answered about a session."""
    found = lock_attempt(attempt_id)
    why = BY_CUSTOMER if found.attempt.state == AttemptState.STORED else BY_READING
    note_payment(found, facts_of_session(session, at=timezone.now()), why)
    if found.attempt.state == AttemptState.OPEN and not still_fits(found):
        # Cancelled or changed while Stripe was being asked: nobody may pay by it.
        close_later(found.attempt)
    return found.attempt


def still_fits(found: Found) -> bool:
    """Whether an attempt asks for what its order costs now, and the order waits for it."""
    order, attempt = found.order, found.attempt
    return (
        order.status in UNPAID_STATUSES
        and order.total == attempt.amount
        and order.currency == attempt.currency
    )


def close_later(attempt: PaymentAttempt) -> None:
    """Have a session ended by a job."""
    job = NewJob({"attempt_id": str(attempt.pk)}, str(attempt.pk))
    enqueue_many(CLOSE_ATTEMPT, [job], shop_id=attempt.shop_id)


@transaction.atomic
def _never_opened(attempt_id: UUID, error: str) -> None:
    found = lock_attempt(attempt_id)
    attempt = found.attempt
    if attempt.state != AttemptState.STORED:
        return
    attempt.state = AttemptState.EXPIRED
    attempt.failure_reason = error
    attempt.save(update_fields=["state", "failure_reason"])
    if attempt.expires_at - timezone.now() < LEAST_TO_CREATE:
        return  # Too late to begin with: nobody waits for it any more.
    open_alert(
        shop_id=attempt.shop_id,
        key=f"checkout-refused:{attempt.connection_id}",
        severity=Severity.CRITICAL,
        title="Stripe refuses to open a payment page",
        body=(
            f"For order {found.order} Stripe said: {error} The customer could not pay. Mend what "
            "it names; this alert is closed by hand."
        ),
        url=page_of(found.order),
    )
