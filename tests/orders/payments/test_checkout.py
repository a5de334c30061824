"""A customer pays: one page at a time, whatever is lost, clicked twice or changed meanwhile."""

from decimal import Decimal

import msgspec
import pytest

from config.demo.payable_orders import CANCEL, SUCCESS, priced_order
from config.demo.stripe_account import StripeAccount
from connectors.stripe.api import SessionWanted
from foundation.outbound.api import freeze_shop, park_connection
from foundation.shops.models import Connection, Shop, User
from orders.contracts import Refused
from orders.models import Order, PaymentAttempt
from orders.payments.accounts import account_at
from orders.payments.checkout import Abandonment, abandon, checkout, claim, is_free, read_back
from orders.payments.client import stripe_client
from orders.payments.sweep import sweep_later

from .conftest import Story, session_of, work
from .rows import alerts

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "checkout.sessions.create"


def pay_page(order: Order) -> PaymentAttempt:
    return checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL)


def sessions_of(stripe: StripeAccount, order: Order) -> list[dict[str, object]]:
    found = stripe.objects("checkout.session")
    return [each for each in found if each["client_reference_id"] == str(order.pk)]


def test_the_page_asks_for_what_the_order_says(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    [session] = sessions_of(stripe, order)
    order.refresh_from_db()
    metadata = {"order": str(order.pk), "attempt": str(attempt.pk)}
    assert (
        session["id"],
        session["url"],
        session["amount_total"],
        session["currency"],
        session["customer_email"],
        session["metadata"],
        session["expires_at"],
    ) == (
        attempt.stripe_checkout_session_id,
        attempt.url,
        11300,
        "cad",
        "grace@example.com",
        metadata,
        int(attempt.expires_at.timestamp()),
    )
    assert tuple(attempt.ask[name] for name in ("lines", "shipping", "tax", "metadata")) == (
        [{"name": "Poster", "unit_amount": "91.00", "quantity": 1, "description": ""}],
        {"name": "Shipping", "unit_amount": "9.00", "quantity": 1, "description": ""},
        {"name": "HST", "unit_amount": "13.00", "quantity": 1, "description": ""},
        metadata,
    )
    assert (attempt.state, attempt.number, attempt.amount, attempt.currency) == (
        "open",
        1,
        Decimal("113.00"),
        "CAD",
    )
    assert (order.status, order.payment_status, order.stripe_checkout_session_id) == (
        "pending_payment",
        "unpaid",
        session["id"],
    )


def test_asked_again_it_is_the_same_page(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    again = pay_page(order)
    assert (again.pk, again.url) == (attempt.pk, attempt.url)
    assert len(sessions_of(stripe, order)) == 1


def test_a_changed_order_gets_a_new_page_and_the_old_one_is_over(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    Order.objects.filter(pk=order.pk).update(shipping_total=12, total=Decimal("116.00"))
    second = pay_page(order)
    attempt.refresh_from_db()
    order.refresh_from_db()
    assert (attempt.state, second.state, second.number, second.amount) == (
        "expired",
        "open",
        2,
        Decimal("116.00"),
    )
    assert [each["status"] for each in sessions_of(stripe, order)] == ["expired", "open"]
    assert order.stripe_checkout_session_id == second.stripe_checkout_session_id


def test_no_second_page_is_opened_while_one_was_paid(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    Order.objects.filter(pk=order.pk).update(shipping_total=12, total=Decimal("116.00"))
    with pytest.raises(Refused) as refused:
        pay_page(order)
    attempt.refresh_from_db()
    order.refresh_from_db()
    assert refused.value.code == "payment-checked"
    assert (attempt.state, attempt.settles, attempt.received) == (
        "succeeded",
        False,
        Decimal("113.00"),
    )
    assert (order.status, order.payment_status) == ("pending_payment", "unpaid")
    assert len(sessions_of(stripe, order)) == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    stripe: StripeAccount, order: Order
) -> None:
    stripe.misbehave({"kind": "lose_answer", "operation": CREATE, "count": 1})
    attempt = pay_page(order)
    [session] = sessions_of(stripe, order)
    assert (attempt.state, attempt.url) == ("open", session["url"])


def test_what_the_customer_could_not_wait_for_the_sweep_finishes(
    stripe: StripeAccount, account: Connection, order: Order
) -> None:
    attempt = stored(stripe, order)
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    finish(account)
    attempt.refresh_from_db()
    order.refresh_from_db()
    [session] = sessions_of(stripe, order)
    assert (attempt.state, attempt.stripe_checkout_session_id) == ("open", session["id"])
    assert (order.status, order.stripe_checkout_session_id) == ("pending_payment", session["id"])
    assert pay_page(order).url == session["url"]


def test_paid_before_we_had_noted_that_the_page_is_open(
    stripe: StripeAccount, account: Connection, story: Story, order: Order
) -> None:
    attempt = stored(stripe, order)
    [session] = sessions_of(stripe, order)
    stripe.pay(str(session["id"]))
    story.bring()
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    finish(account)
    attempt.refresh_from_db()
    order.refresh_from_db()
    assert (attempt.state, attempt.settles, attempt.stripe_checkout_session_id) == (
        "succeeded",
        True,
        session["id"],
    )
    assert (order.status, order.payment_status, order.paid_total) == (
        "paid",
        "succeeded",
        Decimal("113.00"),
    )


def test_a_page_that_stripe_refuses_is_told_and_not_tried_for_ever(
    shop: Shop, account: Connection
) -> None:
    small = priced_order(shop, total="0.30")
    with pytest.raises(Refused) as refused:
        pay_page(small)
    attempt = PaymentAttempt.objects.get()
    small.refresh_from_db()
    assert refused.value.code == "payments-unavailable"
    assert (attempt.state, small.status) == ("expired", "draft")
    assert "at least" in attempt.failure_reason
    assert alerts() == [("critical", "Stripe refuses to open a payment page")]
    assert account.pk == attempt.connection_id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": "canceled"}, "not-payable"),
        ({"status": "paid"}, "not-payable"),
        ({"priced_at": None}, "not-priced"),
        ({"city": ""}, "address-incomplete"),
        ({"email": ""}, "address-incomplete"),
    ],
)
def test_what_cannot_be_paid(
    stripe: StripeAccount, order: Order, changed: dict[str, object], code: str
) -> None:
    Order.objects.filter(pk=order.pk).update(**changed)
    with pytest.raises(Refused) as refused:
        pay_page(order)
    assert (refused.value.code, PaymentAttempt.objects.count()) == (code, 0)
    assert sessions_of(stripe, order) == []


def test_without_an_account_nothing_can_be_paid(shop: Shop) -> None:
    order = priced_order(shop)
    with pytest.raises(Refused) as refused:
        pay_page(order)
    assert (refused.value.code, PaymentAttempt.objects.count()) == ("payments-not-connected", 0)


def test_a_parked_account_and_the_panic_switch_are_told_kindly(
    stripe: StripeAccount, shop: Shop, owner: User, account: Connection, order: Order
) -> None:
    freeze_shop(shop.pk, reason="a test", actor_id=owner.pk)
    with pytest.raises(Refused) as frozen:
        pay_page(order)
    Shop.objects.update(frozen_at=None)
    park_connection(account.pk, "The key was rolled.")
    with pytest.raises(Refused) as parked:
        pay_page(order)
    assert {frozen.value.code, parked.value.code} == {"payments-closed"}
    assert (PaymentAttempt.objects.count(), sessions_of(stripe, order)) == (0, [])


def test_a_key_that_is_not_valid_any_more_parks_the_account(
    stripe: StripeAccount, account: Connection, order: Order
) -> None:
    stripe.misbehave({"kind": "unauthorized"})
    with pytest.raises(Refused) as refused:
        pay_page(order)
    account.refresh_from_db()
    assert (refused.value.code, account.state) == ("payments-closed", "parked")
    assert PaymentAttempt.objects.get().state == "stored"


def test_abandoning_ends_the_page(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    assert not is_free(order)
    told = abandon(order=order)
    attempt.refresh_from_db()
    order.refresh_from_db()
    assert (told, is_free(order), attempt.state) == (Abandonment(free=True), True, "expired")
    assert [each["status"] for each in sessions_of(stripe, order)] == ["expired"]
    assert (order.status, order.payment_status) == ("pending_payment", "unpaid")


def test_abandoning_what_was_paid_settles_it(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    told = abandon(order=order)
    order.refresh_from_db()
    assert told == Abandonment(free=False, message="The order has been paid meanwhile.")
    assert (order.status, order.payment_status) == ("paid", "succeeded")


def test_a_delayed_payment_keeps_its_order(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt), method="acss_debit")
    assert not abandon(order=order).free
    with pytest.raises(Refused) as refused:
        pay_page(order)
    order.refresh_from_db()
    assert (refused.value.code, order.payment_status, order.status) == (
        "payment-clearing",
        "processing",
        "pending_payment",
    )


def test_the_success_page_reads_what_no_webhook_told_yet(
    stripe: StripeAccount, story: Story, order: Order, attempt: PaymentAttempt
) -> None:
    assert not read_back(order=order)
    stripe.pay(session_of(attempt))
    assert read_back(order=order)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("paid", "succeeded")
    assert {each and each.value for each in story.bring()} == {"applied", "stale"}


def test_the_success_page_bears_that_stripe_is_away(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.misbehave({"kind": "5xx_before"})
    assert read_back(order=order) is False
    attempt.refresh_from_db()
    assert attempt.state == "open"


def stored(stripe: StripeAccount, order: Order) -> PaymentAttempt:
    """An attempt whose session is at Stripe, while its process died before it noted the answer."""
    attempt, _ = claim(order.pk, success_url=SUCCESS, cancel_url=CANCEL)
    client = stripe_client(attempt.connection_id)
    wanted = msgspec.convert(attempt.ask, SessionWanted)
    client.create_session(wanted, idempotency_key=attempt.idempotency_key)
    assert (attempt.state, len(sessions_of(stripe, order))) == ("stored", 1)
    return attempt


def finish(account: Connection) -> None:
    sweep_later(account_at(account.pk))
    work()
