"""Whatever the order of a story's events, and however often each is told: the same rows."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.demo.stripe_account import StripeAccount
from foundation.alerts.models import Alert
from foundation.work.models import Job
from orders.models import Dispute, Order, PaymentAttempt, Refund, StripeEvent

from .conftest import Event, Story, session_of, work

pytestmark = pytest.mark.django_db(transaction=True)

Happening = Callable[[StripeAccount, str], None]


def intent_of(stripe: StripeAccount, session: str) -> str:
    [row] = [each for each in stripe.objects("checkout.session") if each["id"] == session]
    return str(row["payment_intent"])


def declined_then_paid(stripe: StripeAccount, session: str) -> None:
    stripe.decline(session)
    stripe.decline(session)
    stripe.pay(session)


def paid_and_refunded_outside(stripe: StripeAccount, session: str) -> None:
    stripe.pay(session)
    intent = intent_of(stripe, session)
    stripe.refund(intent, amount=1300)
    stripe.refund_fails(stripe.refund(intent, amount=2000, pending=True))


def cleared_late(stripe: StripeAccount, session: str) -> None:
    stripe.pay(session, method="acss_debit")
    stripe.clear(session)
    stripe.refund(intent_of(stripe, session))


def bounced(stripe: StripeAccount, session: str) -> None:
    stripe.pay(session, method="acss_debit")
    stripe.bounce(session)


def disputed_and_won(stripe: StripeAccount, session: str) -> None:
    stripe.pay(session)
    intent = intent_of(stripe, session)
    stripe.refund(intent, amount=300)
    dispute = stripe.dispute(intent)
    stripe.review_dispute(dispute)
    stripe.end_dispute(dispute, "won")


def declined_and_over(stripe: StripeAccount, session: str) -> None:
    stripe.decline(session)
    stripe.expire(session)


def rows(order: Order) -> dict[str, Any]:
    """Return everything that payments wrote, but for moments that are our own clock's."""
    order.refresh_from_db()
    return {
        "order": (
            order.status,
            order.payment_status,
            order.paid_total,
            order.refunded_total,
            order.stripe_checkout_session_id,
        ),
        "attempts": list(
            PaymentAttempt.objects.filter(order=order).values_list(
                *("state", "settles", "received", "received_currency", "payment_intent", "charge"),
                *("failure_reason", "paid_at", "stripe_checkout_session_id"),
            )
        ),
        "refunds": sorted(
            Refund.objects.filter(attempt__order=order).values_list(
                "stripe_refund_id", "state", "cause", "amount", "currency", "failure_reason"
            )
        ),
        "disputes": list(
            Dispute.objects.filter(attempt__order=order).values_list(
                "stripe_dispute_id", "status", "amount", "reason"
            )
        ),
        "alerts": sorted(Alert.objects.filter(closed_at=None).values_list("severity", "title")),
    }


class Before:
    """The rows as they were before anything was told, to begin again from there."""

    def __init__(self, order: Order) -> None:
        self.order = Order.objects.filter(pk=order.pk).values()[0]
        self.attempt = PaymentAttempt.objects.filter(order=order).values()[0]

    def again(self) -> None:
        for model in (Refund, Dispute, StripeEvent, Job, Alert):
            model.objects.all().delete()
        Order.objects.filter(pk=self.order["id"]).update(**self.order)
        PaymentAttempt.objects.filter(pk=self.attempt["id"]).update(**self.attempt)


@pytest.mark.parametrize(
    "happening",
    [
        declined_then_paid,
        paid_and_refunded_outside,
        cleared_late,
        bounced,
        disputed_and_won,
        declined_and_over,
    ],
)
def test_any_order_and_repetition_ends_the_same(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt, happening: Happening
) -> None:
    before = Before(order)
    happening(stripe, session_of(attempt))
    events = story.events()
    story.bring(events)
    work()
    expected = rows(order)
    assert expected["attempts"][0][0] != "open"

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        st.permutations(events),
        st.lists(st.sampled_from(events), max_size=3),
        st.integers(0, len(events)),
    )
    def told(shuffled: list[Event], repeated: list[Event], working_after: int) -> None:
        before.again()
        story.bring(shuffled[:working_after])
        work()
        story.bring(repeated)
        story.bring(shuffled[working_after:])
        work()
        assert rows(order) == expected

    told()
