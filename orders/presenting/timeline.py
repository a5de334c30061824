"""All that happened to an order as one line of time: who did it, why, what caused it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from foundation.audit.api import Event
from foundation.cards import Tone
from foundation.mail.api import MailState, WrittenMail
from orders.enums import (
    AttemptState,
    EventOutcome,
    OrderStatus,
    PaymentStatus,
    RefundCause,
    RefundState,
    StatusField,
)
from orders.models import Dispute, OrderStatusChange, PaymentAttempt, Refund, StripeEvent
from orders.payments.standing import DISPUTE_OVER
from orders.payments.telling import money
from orders.queries.order_page import OrderMoney, OrderStory

from .orders import PAYMENT_TONES, STATUS_TONES, sentence

_MAILS: Final = {
    MailState.QUEUED: ("waits to be sent", Tone.NEUTRAL),
    MailState.SENDING: ("is being sent", Tone.NEUTRAL),
    MailState.SENT: ("was sent", Tone.NEUTRAL),
    MailState.FAILED: ("could not be sent", Tone.BAD),
    MailState.UNKNOWN: ("may have been sent", Tone.WARN),
}
# Deeds that the histories or the rows of money tell already, with more words.
_DEEDS: Final = {
    "orders.order.noted": "Note changed",
    "orders.order.reprinted": "Printed again, free of charge",
    "orders.payment.accepted": "Payment of another amount accepted",
    "orders.payment.mismatched": "Another amount was paid than the order costs",
    "orders.print.again": "Print files asked for again",
    "orders.order.address_corrected": "Address corrected",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened. ``kind`` is its symbol's name, ``who`` empty: by itself."""

    at: dt.datetime
    kind: str
    title: str
    tone: str = Tone.NEUTRAL
    who: str = ""
    why: str = ""
    cause: str = ""
    url: str = ""


def timeline_of(story: OrderStory, money_rows: OrderMoney) -> list[Entry]:
    """Tell it all, the latest first."""
    found = [
        *map(_change, story.changes),
        *map(_event, story.events),
        *map(_mail, story.mails),
        *(entry for deed in story.deeds if (entry := _deed(deed)) is not None),
        *(entry for attempt in money_rows.attempts for entry in _attempt(attempt)),
        *(entry for refund in money_rows.refunds for entry in _refund(refund)),
        *map(_dispute, money_rows.disputes),
    ]
    # What happened within one moment is told in the order above, so backwards here.
    return sorted(found, key=lambda entry: entry.at)[::-1]


def _change(change: OrderStatusChange) -> Entry:
    if change.field == StatusField.STATUS:
        label, tones = str(OrderStatus(change.after).label), STATUS_TONES
        title = label if change.before else f"Made: {label.lower()}"
        kind = "package_2"
    else:
        label, tones = str(PaymentStatus(change.after).label), PAYMENT_TONES
        title, kind = f"Money: {label.lower()}", "payments"
    # In the list a paid order waits for its files; here it is good news.
    tone = Tone.GOOD if change.after == OrderStatus.PAID else tones.get(change.after, Tone.NEUTRAL)
    return Entry(
        change.at,
        kind,
        title,
        tone,
        who=str(change.actor) if change.actor else "",
        why=change.reason,
        cause="" if change.actor else change.cause,
    )


def _event(event: StripeEvent) -> Entry:
    outcome = EventOutcome(event.outcome)
    tone = Tone.BAD if outcome is EventOutcome.REFUSED else Tone.NEUTRAL
    said = str(outcome.label).lower() + (", found by the sweep" if event.by_sweep else "")
    return Entry(
        event.handled_at,
        "webhook",
        f"Stripe told {event.type}",
        tone,
        why=event.detail,
        cause=f"{event.event_id}, {said}",
    )


def _mail(mail: WrittenMail) -> Entry:
    said, tone = _MAILS[mail.state]
    title = f"Mail to {mail.to} {said}: {mail.subject}"
    return Entry(mail.at, "mail", title, tone, why=mail.error, url=mail.url)


def _deed(deed: Event) -> Entry | None:
    words = _DEEDS.get(deed.verb)
    if words is None:
        return None
    who = "" if deed.actor == "the system" else deed.actor
    kind = "sticky_note_2" if deed.verb == "orders.order.noted" else "person"
    return Entry(deed.at, kind, words, who=who, why=deed.reason)


def _by_stripe(at: dt.datetime) -> dt.datetime:
    """Return the end of the second of a moment that Stripe told, as it tells whole seconds.

    So nothing is told before what it follows from.
    """
    return at if at.microsecond else at.replace(microsecond=999_999)


def _attempt(attempt: PaymentAttempt) -> Iterator[Entry]:
    yield Entry(
        attempt.created_at,
        "credit_card",
        f"Payment page {attempt.number} opened: {money(attempt.amount, attempt.currency)}",
    )
    state = AttemptState(attempt.state)
    if state is AttemptState.SUCCEEDED and attempt.paid_at:
        received = money(attempt.received, attempt.received_currency)
        title = f"Payment {attempt.number} brought {received}"
        if attempt.settles:
            yield Entry(
                _by_stripe(attempt.paid_at), "credit_card", title, Tone.GOOD, cause=attempt.charge
            )
        else:
            why = "It does not settle the order."
            yield Entry(_by_stripe(attempt.paid_at), "credit_card", title, Tone.WARN, why=why)
    elif state is AttemptState.FAILED:
        at = _by_stripe(attempt.failed_at or attempt.created_at)
        title = f"Payment {attempt.number} failed"
        yield Entry(at, "credit_card_off", title, Tone.BAD, why=sentence(attempt.failure_reason))


def _refund(refund: Refund) -> Iterator[Entry]:
    amount = money(refund.amount, refund.currency)
    cause = RefundCause(refund.cause)
    yield Entry(
        refund.created_at,
        "undo",
        f"Refund of {amount} asked for",
        Tone.BUSY,
        who=str(refund.requested_by) if refund.requested_by else "",
        why=refund.reason,
        cause="" if cause is RefundCause.STAFF else str(cause.label).lower(),
    )
    if refund.ended_at is None:
        return
    state = RefundState(refund.state)
    if state is RefundState.SUCCEEDED:
        yield Entry(refund.ended_at, "undo", f"{amount} are back with the customer", Tone.GOOD)
    elif refund.lost:
        title = f"Refund of {amount} {str(state.label).lower()}"
        yield Entry(refund.ended_at, "undo", title, Tone.BAD, why=sentence(refund.failure_reason))


def _dispute(dispute: Dispute) -> Entry:
    amount = money(dispute.amount, dispute.currency)
    return Entry(
        _by_stripe(dispute.closed_at or dispute.opened_at),
        "gavel",
        f"Dispute about {amount}: {dispute.status.replace('_', ' ')}",
        Tone.GOOD if dispute.status in DISPUTE_OVER else Tone.BAD,
        why=sentence(dispute.reason),
        cause=dispute.stripe_dispute_id,
    )
