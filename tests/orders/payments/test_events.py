"""Stripe tells: once, again, out of order, forged, of somebody else, and of other amounts."""

import copy
import json
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config.demo.payable_orders import CANCEL, SUCCESS
from config.demo.stripe_account import OTHER_ACCOUNT, OTHER_KEY, StripeAccount
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.inbox.models import InboxMessage
from foundation.shops.models import User
from foundation.work.models import Job
from orders.enums import EventOutcome, OrderStatus
from orders.models import Order, OrderStatusChange, PaymentAttempt, StripeEvent
from orders.payments.checkout import checkout, read_back
from orders.payments.refunds import accept_payment, cancel_with_refund, refund_payment
from orders.sales.states import transition
from tests.factories import shop as another_shop
from tests.factories import stripe_connection

from .conftest import Event, Post, Story, session_of, work
from .rows import PAID, UNPAID, alerts, refunds, standing

pytestmark = pytest.mark.django_db(transaction=True)

APPLIED, STALE, NOT_OURS = EventOutcome.APPLIED, EventOutcome.STALE, EventOutcome.NOT_OURS
COMPLETED, SUCCEEDED = "checkout.session.completed", "payment_intent.succeeded"


def history(order: Order) -> list[tuple[str, str, str]]:
    rows = OrderStatusChange.objects.filter(order=order)
    return list(rows.values_list("field", "before", "after"))


def test_a_card_payment_pays_the_order_once(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    # The payment itself is told before its session, which brings nothing new then.
    assert story.bring() == [APPLIED, STALE]
    attempt.refresh_from_db()
    [intent] = story.events(SUCCEEDED)
    assert standing(order) == PAID
    assert (
        attempt.state,
        attempt.settles,
        attempt.received,
        attempt.received_currency,
        attempt.payment_intent,
        attempt.charge,
    ) == (
        "succeeded",
        True,
        Decimal("113.00"),
        "CAD",
        intent["data"]["object"]["id"],
        intent["data"]["object"]["latest_charge"],
    )
    assert history(order) == [
        ("status", "draft", "pending_payment"),
        ("payment_status", "unpaid", "succeeded"),
        ("status", "pending_payment", "paid"),
    ]
    assert (refunds(), alerts()) == ([], [])


@pytest.mark.parametrize("alone", [COMPLETED, SUCCEEDED])
def test_each_of_the_two_suffices(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt, alone: str
) -> None:
    stripe.pay(session_of(attempt))
    assert story.bring(story.events(alone)) == [APPLIED]
    assert standing(order) == PAID


def test_an_event_told_twice_is_taken_in_once(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    story.bring()
    audited, jobs = AuditEvent.objects.count(), Job.objects.count()
    assert story.bring() == [None, None]
    assert (AuditEvent.objects.count(), Job.objects.count()) == (audited, jobs)
    assert StripeEvent.objects.filter(order=order).count() == 2
    assert standing(order) == PAID


def test_webhooks_bring_them_by_the_real_door(
    stripe: StripeAccount, story: Story, post: Post, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    for event in (*story.events(), *story.events()):
        assert post(event).status_code == 200
    work()
    assert standing(order) == PAID
    assert InboxMessage.objects.filter(source="stripe").count() == 2
    assert sorted(StripeEvent.objects.values_list("outcome", "by_sweep")) == [
        ("applied", False),
        ("stale", False),
    ]


def test_forged_and_stale_webhooks_are_refused_and_leave_nothing(
    stripe: StripeAccount, story: Story, post: Post, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    [event] = story.events(COMPLETED)
    assert post(event, secret="whsec_guessed").status_code == 401
    assert post(event, age=600).status_code == 401
    work()
    assert (InboxMessage.objects.count(), StripeEvent.objects.count()) == (0, 0)
    assert standing(order) == UNPAID


def test_another_account_cannot_pay_our_orders(
    stripe: StripeAccount, story: Story, owner: User, order: Order, attempt: PaymentAttempt
) -> None:
    """It signs well, with its own secret, and names our order and session."""
    stripe.pay(session_of(attempt))
    theirs = stripe_connection(
        another_shop("Dockside", owner), account=OTHER_ACCOUNT, key=OTHER_KEY
    )
    assert Story(stripe, theirs).bring(story.events()) == [NOT_OURS, NOT_OURS]
    assert standing(order) == UNPAID
    attempt.refresh_from_db()
    assert (attempt.state, attempt.payment_intent) == ("open", "")
    assert set(StripeEvent.objects.values_list("order", flat=True)) == {None}


def changed(event: Event, name: str, **fields: Any) -> Event:
    """Return an event of another id whose object says something else."""
    other = copy.deepcopy(event)
    other["id"] = f"evt_{name}"
    other["data"]["object"] |= fields
    return other


def test_other_software_in_the_same_account_is_left_alone(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    [session] = story.events(COMPLETED)
    [intent] = story.events(SUCCEEDED)
    strange = {"id": "pi_strange", "metadata": {"attempt": "42"}}
    copied = {"id": "cs_strange", "payment_intent": "pi_strange"}
    assert story.bring([changed(intent, "a", **strange), changed(session, "b", **copied)]) == [
        NOT_OURS,
        NOT_OURS,
    ]
    assert standing(order) == UNPAID


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"amount_total": 11299}, "112.99 CAD"),
        ({"amount_total": 11301}, "113.01 CAD"),
        ({"currency": "usd"}, "113.00 USD"),
    ],
)
def test_another_amount_or_currency_pays_nothing(
    stripe: StripeAccount,
    story: Story,
    order: Order,
    attempt: PaymentAttempt,
    told: dict[str, Any],
    words: str,
) -> None:
    stripe.pay(session_of(attempt))
    [event] = story.events(COMPLETED)
    assert story.bring([changed(event, "x", **told)]) == [APPLIED]
    attempt.refresh_from_db()
    [(severity, title)] = alerts()
    assert standing(order) == UNPAID
    assert (attempt.state, attempt.settles) == ("succeeded", False)
    assert (severity, title) == (
        "critical",
        f"Order {order} was paid with another amount: {words}",
    )
    assert "113.00 CAD" in Alert.objects.get().body
    assert refunds() == []


def mismatched(stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt) -> None:
    """The order became dearer after its page was opened, and was paid there."""
    Order.objects.filter(pk=order.pk).update(shipping_total=12, total=Decimal("116.00"))
    stripe.pay(session_of(attempt))
    story.bring()
    assert standing(order) == UNPAID


def test_a_person_accepts_another_amount(
    stripe: StripeAccount, story: Story, owner: User, order: Order, attempt: PaymentAttempt
) -> None:
    mismatched(stripe, story, order, attempt)
    accept_payment(attempt_id=attempt.pk, reason="close enough", actor_id=owner.pk)
    assert standing(order) == PAID
    assert (alerts(), refunds()) == ([], [])
    audited = AuditEvent.objects.get(verb="orders.payment.accepted")
    assert (audited.actor_id, audited.reason) == (owner.pk, "close enough")


def test_a_person_refunds_another_amount(
    stripe: StripeAccount, story: Story, owner: User, order: Order, attempt: PaymentAttempt
) -> None:
    mismatched(stripe, story, order, attempt)
    refund_payment(attempt_id=attempt.pk, reason="wrong", actor_id=owner.pk)
    work()
    assert refunds() == [("staff", "succeeded", Decimal("113.00"))]
    assert (standing(order), alerts()) == (UNPAID, [])
    # And the customer can pay the right amount.
    assert checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL).number == 2


def test_a_second_payment_goes_back_by_itself_once(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    second = second_attempt(order, attempt)
    stripe.pay(session_of(second))
    story.bring()
    story.bring(reversed(story.events()))
    assert alerts() == [("warning", f"Order {order} was paid a second time: 113.00 CAD go back")]
    work()
    story.bring()
    assert refunds() == [("second_payment", "succeeded", Decimal("113.00"))]
    assert (standing(order), alerts()) == (PAID, [])
    settled = PaymentAttempt.objects.filter(settles=True).values_list("pk", flat=True)
    assert list(settled) == [attempt.pk]
    back = [
        each["amount"]
        for each in stripe.objects("refund")
        if each["metadata"].get("order") == str(order.pk)
    ]
    assert back == [11300]
    assert AuditEvent.objects.filter(verb="orders.payment.second_payment").count() == 1


def second_attempt(order: Order, attempt: PaymentAttempt) -> PaymentAttempt:
    """A second page of the same order, which the house itself never opens beside the first."""
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="expired")
    second = checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="open")
    return second


def test_paid_after_it_was_cancelled_goes_back(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt, why: Any
) -> None:
    transition(order.pk, OrderStatus.CANCELED, why=why)
    stripe.pay(session_of(attempt))
    story.bring()
    work()
    story.bring()
    assert refunds() == [("paid_after_cancel", "succeeded", Decimal("113.00"))]
    assert standing(order) == ("canceled", "refunded", Decimal("113.00"), Decimal("113.00"))
    assert alerts() == []


def test_cancelling_ends_the_page_so_that_nobody_pays(
    stripe: StripeAccount, owner: User, order: Order, attempt: PaymentAttempt
) -> None:
    assert cancel_with_refund(order=order, reason="changed my mind", actor_id=owner.pk) is None
    attempt.refresh_from_db()
    assert attempt.state == "expired"
    assert standing(order) == ("canceled", "unpaid", Decimal("0.00"), Decimal("0.00"))
    with pytest.raises(OSError, match="4"):
        stripe.pay(session_of(attempt))


def test_a_declined_try_is_not_the_end(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.decline(session_of(attempt))
    assert story.bring() == [APPLIED]
    attempt.refresh_from_db()
    assert (attempt.state, standing(order)) == ("open", UNPAID)
    assert "declined" in attempt.failure_reason
    stripe.pay(session_of(attempt))
    story.bring()
    attempt.refresh_from_db()
    assert (standing(order), attempt.failure_reason) == (PAID, "")


def test_an_expired_page_leaves_the_order_to_be_paid(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.expire(session_of(attempt))
    assert story.bring() == [APPLIED]
    attempt.refresh_from_db()
    assert (attempt.state, standing(order)) == ("expired", UNPAID)
    assert checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL).number == 2


def test_a_delayed_method_clears(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt), method="acss_debit")
    story.bring()
    clearing = standing(order)
    stripe.clear(session_of(attempt))
    story.bring()
    assert (clearing[:2], standing(order)) == (("pending_payment", "processing"), PAID)


def test_a_delayed_method_fails_and_the_customer_tries_again(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt), method="acss_debit")
    stripe.bounce(session_of(attempt))
    story.bring()
    attempt.refresh_from_db()
    assert standing(order)[:2] == ("pending_payment", "failed")
    assert (attempt.state, attempt.failure_reason) == (
        "failed",
        "The customer's bank account has insufficient funds.",
    )
    second = checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL)
    stripe.pay(session_of(second))
    story.bring()
    assert standing(order) == PAID


def test_webhooks_success_pages_and_a_cancellation_at_once(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    events = story.events()
    together = threading.Barrier(6)

    def thread(act: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            together.wait(10)
            try:
                act()
            finally:
                connections.close_all()

        return threading.Thread(target=run)

    acts: list[Callable[[], object]] = [
        lambda: story.bring(events),
        lambda: story.bring(reversed(events)),
        lambda: story.bring(events),
        lambda: read_back(order=order),
        lambda: read_back(order=order),
        lambda: cancel_with_refund(order=order, reason="a race", actor_id=None),
    ]
    threads = [thread(each) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    work()
    story.bring()
    # Whoever came first: it was paid once, cancelled, and all of it is back once.
    assert standing(order) == ("canceled", "refunded", Decimal("113.00"), Decimal("113.00"))
    assert [each[1:] for each in refunds()] == [("succeeded", Decimal("113.00"))]
    moved = [each for each in history(order) if each[0] == "payment_status"]
    assert [each[2] for each in moved] == ["succeeded", "refunded"]


def statements(queries: CaptureQueriesContext) -> int:
    """Count what is asked of the database, without the brackets around it."""
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not each["sql"].startswith(brackets) for each in queries)


def test_what_an_event_costs(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    completed, intent = story.events(COMPLETED)[0], story.events(SUCCEEDED)[0]
    costs = {}
    for name, event in (("first", completed), ("late", intent), ("repeated", intent)):
        with CaptureQueriesContext(
            database,
        ) as queries:
            story.apply(event)
        costs[name] = statements(queries)
    strange = json.loads(json.dumps(completed).replace(str(attempt.pk), str(order.pk)))
    strange["id"], strange["data"]["object"]["id"] = "evt_strange", "cs_strange"
    strange["data"]["object"]["payment_intent"] = "pi_strange"
    with CaptureQueriesContext(database) as queries:
        assert story.apply(strange) is NOT_OURS
    costs["strange"] = statements(queries)
    assert costs == {"first": 17, "late": 6, "repeated": 1, "strange": 3}
