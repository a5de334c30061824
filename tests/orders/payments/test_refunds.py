"""Money goes back: whole, in part, once; lost answers, failures days later, the dashboard."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from config.demo.stripe_account import StripeAccount
from foundation.alerts.models import Alert
from foundation.outbound.api import freeze_shop, unfreeze_shop
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from orders.contracts import IllegalMove, Refused
from orders.models import Order, PaymentAttempt, Refund
from orders.payments.accounts import account_at
from orders.payments.client import stripe_client
from orders.payments.refunds import cancel_with_refund, refund
from orders.payments.sweep import sweep_later

from .conftest import Story, session_of, work
from .rows import PAID, alerts, refunds, standing

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "refunds.create"
WHOLE = Decimal("113.00")


def there(stripe: StripeAccount, attempt: PaymentAttempt) -> list[tuple[str, int]]:
    """What Stripe has of an attempt's refunds."""
    return [
        (each["status"], each["amount"])
        for each in stripe.objects("refund")
        if each["payment_intent"] == attempt.payment_intent
    ]


def give_back(order: Order, owner: User, amount: str | None = None) -> Refund:
    wanted = None if amount is None else Decimal(amount)
    return refund(order=order, amount=wanted, reason="scratched", actor_id=owner.pk)


def test_in_parts_and_then_the_rest(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    give_back(order, owner, "13.00")
    assert standing(order) == PAID  # asked for is not back
    work()
    story.bring()
    after_one = standing(order)
    row = give_back(order, owner)
    work()
    story.bring()
    assert after_one == ("paid", "partially_refunded", WHOLE, Decimal("13.00"))
    assert standing(order) == ("paid", "refunded", WHOLE, WHOLE)
    assert there(stripe, paid) == [("succeeded", 1300), ("succeeded", 10000)]
    assert refunds() == [
        ("staff", "succeeded", Decimal("13.00")),
        ("staff", "succeeded", Decimal("100.00")),
    ]
    assert (row.requested_by_id, row.reason) == (owner.pk, "scratched")
    with pytest.raises(Refused) as refused:
        give_back(order, owner)
    assert refused.value.code == "nothing-left"


@pytest.mark.parametrize("amount", ["113.01", "0.00", "-1.00"])
def test_what_cannot_be_paid_back(
    stripe: StripeAccount, owner: User, order: Order, paid: PaymentAttempt, amount: str
) -> None:
    with pytest.raises(Refused) as refused:
        give_back(order, owner, amount)
    assert (refused.value.code, refunds(), there(stripe, paid)) == ("too-much", [], [])


def test_what_is_on_its_way_counts_as_gone(owner: User, order: Order, paid: PaymentAttempt) -> None:
    assert paid.settles
    give_back(order, owner, "100.00")
    with pytest.raises(Refused) as refused:
        give_back(order, owner, "13.01")
    assert str(refused.value) == "At most 13.00 CAD can still be paid back."


def test_an_unpaid_order_has_nothing_to_pay_back(owner: User, order: Order) -> None:
    with pytest.raises(Refused) as refused:
        give_back(order, owner)
    assert refused.value.code == "nothing-paid"


def test_a_click_repeated_asks_once(owner: User, order: Order, paid: PaymentAttempt) -> None:
    form = uuid.uuid4()
    two = [
        refund(
            order=order,
            amount=Decimal("5.00"),
            reason="",
            actor_id=owner.pk,
            refund_id=form,
        ).pk
        for _ in range(2)
    ]
    assert (two, Refund.objects.filter(attempt=paid).count()) == ([form, form], 1)


def test_a_lost_answer_refunds_once(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    stripe.misbehave({"kind": "lose_answer", "operation": CREATE, "count": 1})
    give_back(order, owner)
    work()
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    work()
    story.bring()
    assert there(stripe, paid) == [("succeeded", 11300)]
    assert (refunds(), standing(order)) == (
        [("staff", "succeeded", WHOLE)],
        ("paid", "refunded", WHOLE, WHOLE),
    )


def test_the_event_may_come_before_the_answer(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    row = give_back(order, owner)
    stripe_client(paid.connection_id).create_refund(
        payment_intent=paid.payment_intent,
        amount=WHOLE,
        currency="CAD",
        reason="",
        metadata={"refund": str(row.pk), "order": str(order.pk)},
        idempotency_key=row.idempotency_key,
    )
    story.bring()
    before_the_job = refunds()
    work()
    assert before_the_job == refunds() == [("staff", "succeeded", WHOLE)]
    assert there(stripe, paid) == [("succeeded", 11300)]


@pytest.mark.parametrize("arrived", [True, False])
def test_after_a_day_stripe_is_read_before_it_is_asked_again(
    stripe: StripeAccount,
    story: Story,
    account: Connection,
    owner: User,
    order: Order,
    paid: PaymentAttempt,
    arrived: bool,
) -> None:
    row = give_back(order, owner)
    if arrived:
        # With another key, as if Stripe had forgotten ours.
        stripe_client(paid.connection_id).create_refund(
            payment_intent=paid.payment_intent,
            amount=WHOLE,
            currency="CAD",
            reason="",
            metadata={"refund": str(row.pk), "order": str(order.pk)},
            idempotency_key=f"forgotten-{row.pk}",
        )
    Job.objects.all().delete()
    long_ago = timezone.now() - dt.timedelta(hours=30)
    Refund.objects.update(state="sent", sent_at=long_ago, created_at=long_ago)
    sweep_later(account_at(account.pk))
    work()
    story.bring()
    assert there(stripe, paid) == [("succeeded", 11300)]
    assert refunds() == [("staff", "succeeded", WHOLE)]


def test_a_refund_that_fails_days_later_is_told(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    row = give_back(order, owner)
    work()
    story.bring()
    row.refresh_from_db()
    stripe.refund_fails(row.stripe_refund_id or "")
    story.bring()
    row.refresh_from_db()
    assert row.attempt_id == paid.pk
    assert (row.state, row.failure_reason) == ("failed", "expired or canceled card")
    assert standing(order) == PAID
    assert alerts() == [("critical", f"113.00 CAD of order {order} could not be paid back")]
    give_back(order, owner)
    work()
    assert standing(order) == ("paid", "refunded", WHOLE, WHOLE)


def test_a_refund_on_its_way_is_not_back_yet(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    stripe.misbehave({"kind": "refund_pending"})
    row = give_back(order, owner)
    work()
    story.bring()
    under_way = (refunds(), standing(order))
    row.refresh_from_db()
    stripe.refund_arrives(row.stripe_refund_id or "")
    story.bring()
    assert under_way == ([("staff", "pending", WHOLE)], PAID)
    assert standing(order) == ("paid", "refunded", WHOLE, WHOLE)
    assert paid.settles


@pytest.mark.parametrize("told", ["refund.created", "charge.refunded"])
def test_a_refund_in_the_dashboard_is_found(
    stripe: StripeAccount, story: Story, order: Order, paid: PaymentAttempt, told: str
) -> None:
    stripe.refund(paid.payment_intent, amount=2000)
    story.bring(story.events(told))
    work()
    story.bring()
    assert refunds() == [("outside", "succeeded", Decimal("20.00"))]
    assert standing(order) == ("paid", "partially_refunded", WHOLE, Decimal("20.00"))


def test_one_that_stripe_refuses_is_told_and_what_is_there_is_read(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    stripe.refund(paid.payment_intent)
    give_back(order, owner)
    work()
    assert refunds() == [
        ("staff", "failed", WHOLE),
        ("outside", "succeeded", WHOLE),
    ]
    assert (standing(order), there(stripe, paid)) == (
        ("paid", "refunded", WHOLE, WHOLE),
        [("succeeded", 11300)],
    )
    assert "already been refunded" in Alert.objects.get(closed_at=None).body
    story.bring()
    assert standing(order) == ("paid", "refunded", WHOLE, WHOLE)


def test_the_panic_switch_holds_refunds_back(
    stripe: StripeAccount, shop: Shop, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    freeze_shop(shop.pk, reason="a test", actor_id=owner.pk)
    give_back(order, owner)
    work()
    held = (Job.objects.get(name="orders.send_refund").state, there(stripe, paid))
    unfreeze_shop(shop.pk, actor_id=owner.pk)
    work()
    assert held == ("parked", [])
    assert there(stripe, paid) == [("succeeded", 11300)]


def test_cancelling_pays_everything_back(
    stripe: StripeAccount, story: Story, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    give_back(order, owner, "13.00")
    row = cancel_with_refund(order=order, reason="out of paper", actor_id=owner.pk)
    work()
    story.bring()
    assert row is not None
    assert (row.cause, row.amount) == ("canceled_order", Decimal("100.00"))
    assert standing(order) == ("canceled", "refunded", WHOLE, WHOLE)
    assert sorted(there(stripe, paid)) == [("succeeded", 1300), ("succeeded", 10000)]
    with pytest.raises(IllegalMove):
        cancel_with_refund(order=order, reason="again", actor_id=owner.pk)


def test_cancelled_while_it_clears_goes_back_when_it_has(
    stripe: StripeAccount, story: Story, owner: User, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt), method="acss_debit")
    assert cancel_with_refund(order=order, reason="too late", actor_id=owner.pk) is None
    stripe.clear(session_of(attempt))
    story.bring()
    work()
    story.bring()
    assert standing(order) == ("canceled", "refunded", WHOLE, WHOLE)
    assert refunds() == [("paid_after_cancel", "succeeded", WHOLE)]
