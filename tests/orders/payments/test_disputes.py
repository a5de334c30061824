"""A customer's bank takes money back: the order is held, and nobody pays back meanwhile."""

from decimal import Decimal

import pytest

from config.demo.stripe_account import StripeAccount
from foundation.alerts.models import Alert
from foundation.shops.models import User
from orders.contracts import Refused
from orders.models import Dispute, Order, PaymentAttempt, StripeEvent
from orders.payments.refunds import cancel_with_refund, refund

from .conftest import Story, work
from .rows import PAID, alerts, refunds, standing

pytestmark = pytest.mark.django_db(transaction=True)

DISPUTED = ("paid", "disputed", Decimal("113.00"), Decimal("0.00"))


@pytest.fixture
def dispute(stripe: StripeAccount, story: Story, paid: PaymentAttempt) -> str:
    """An open dispute that is known."""
    number = stripe.dispute(paid.payment_intent)
    story.bring()
    work()
    return number


def test_an_open_dispute_holds_the_order(order: Order, dispute: str, paid: PaymentAttempt) -> None:
    row = Dispute.objects.get()
    assert (row.stripe_dispute_id, row.attempt_id, row.status, row.amount, row.closed_at) == (
        dispute,
        paid.pk,
        "needs_response",
        Decimal("113.00"),
        None,
    )
    assert standing(order) == DISPUTED
    assert alerts() == [("critical", f"113.00 CAD of order {order} are disputed")]
    assert row.due_by is not None
    assert f"{row.due_by:%Y-%m-%d %H:%M} UTC" in Alert.objects.get().body


def test_nothing_is_paid_back_meanwhile(order: Order, owner: User, dispute: str) -> None:
    assert dispute
    with pytest.raises(Refused) as refunding:
        refund(order=order, reason="", actor_id=owner.pk)
    with pytest.raises(Refused) as cancelling:
        cancel_with_refund(order=order, reason="", actor_id=owner.pk)
    assert (refunding.value.code, cancelling.value.code) == ("disputed", "disputed")
    assert (refunds(), standing(order)) == ([], DISPUTED)


def test_won_it_is_as_before(
    stripe: StripeAccount, story: Story, order: Order, dispute: str
) -> None:
    stripe.review_dispute(dispute)
    stripe.end_dispute(dispute, "won")
    story.bring()
    work()
    row = Dispute.objects.get()
    assert (row.status, row.closed_at is not None) == ("won", True)
    assert (standing(order), alerts()) == (PAID, [])


def test_lost_it_stays_disputed(
    stripe: StripeAccount, story: Story, order: Order, dispute: str
) -> None:
    stripe.end_dispute(dispute, "lost")
    story.bring()
    work()
    assert (standing(order), Dispute.objects.get().status) == (DISPUTED, "lost")
    assert alerts() == [("critical", f"The dispute about 113.00 CAD of order {order} was lost")]


def test_late_events_of_a_dispute_change_nothing(
    stripe: StripeAccount, story: Story, order: Order, dispute: str
) -> None:
    stripe.end_dispute(dispute, "won")
    story.bring(reversed(story.events()))
    work()
    StripeEvent.objects.all().delete()
    story.bring(story.events("charge.dispute.created"))
    work()
    assert (standing(order), Dispute.objects.get().status) == (PAID, "won")


def test_a_dispute_of_other_software_is_left_alone(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    """Its payment carries nothing of ours."""
    stripe.pay(str(attempt.stripe_checkout_session_id))
    intent = next(
        each
        for each in stripe.objects("payment_intent")
        if each["metadata"].get("attempt") == str(attempt.pk)
    )
    PaymentAttempt.objects.filter(pk=attempt.pk).update(payment_intent="pi_of_ours")
    stripe.dispute(intent["id"])
    story.bring(story.events("charge.dispute.created"))
    work()
    assert (Dispute.objects.count(), alerts()) == (0, [])
    assert order.payment_status == "unpaid"
    assert StripeEvent.objects.get().outcome == "not_ours"
