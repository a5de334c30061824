"""Where an order stands, in words: for each state one that says what happened and what comes."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from foundation.shops.models import Shop
from orders.contracts import Why
from orders.enums import AttemptState, OrderStatus, PaymentStatus, RenderStatus
from orders.models import Dispute, Order, PaymentAttempt, RenderJob
from orders.sales.states import transition
from orders.shopfront.standing import Tone, brief_of, standing_of

from .conftest import Browser, MakeOrder

pytestmark = pytest.mark.django_db


def in_state(order: Order, status: str, payment: str = "succeeded", **columns: Any) -> Order:
    now = timezone.now()
    times = {"paid_at": now, "shipped_at": now, "delivered_at": now}
    Order.objects.filter(pk=order.pk).update(
        status=status, payment_status=payment, **{**times, **columns}
    )
    return Order.objects.get(pk=order.pk)


STATES = [
    ("paid", "succeeded", "Thank you, your order is paid", Tone.GOOD, True),
    ("in_production", "succeeded", "Your order is being made", Tone.GOOD, False),
    ("ready_to_ship", "succeeded", "Your order is packed", Tone.GOOD, False),
    ("shipped", "succeeded", "Your order is on its way", Tone.GOOD, False),
    ("delivered", "succeeded", "Your order has arrived", Tone.GOOD, False),
    ("delivered", "partially_refunded", "Your order has arrived", Tone.GOOD, False),
    ("delivered", "refunded", "This order was refunded", Tone.CALM, False),
    ("in_production", "disputed", "Your bank asks about this payment", Tone.BAD, False),
    ("canceled", "refunded", "This order is cancelled", Tone.CALM, False),
]


@pytest.mark.parametrize(("status", "payment", "heading", "tone", "waits"), STATES)
def test_each_state_has_its_words(
    browser: Browser,
    draft: MakeOrder,
    status: str,
    payment: str,
    heading: str,
    tone: Tone,
    *,
    waits: bool,
) -> None:
    order = in_state(draft(), status, payment)
    told = standing_of(order)
    assert (told.heading, told.tone, told.waits, told.payable) == (heading, tone, waits, False)
    page = browser.client.get(f"/print-shop/orders/{order.pk}/").content.decode()
    assert (heading in page, "Order the same again" in page) == (True, True)


@pytest.mark.parametrize(
    ("state", "heading", "payable"),
    [
        (AttemptState.OPEN, "This order is not paid yet", True),
        (AttemptState.EXPIRED, "This order is not paid yet", True),
        (AttemptState.PROCESSING, "Your bank is clearing the payment", False),
        (AttemptState.FAILED, "The payment did not go through", True),
        (AttemptState.SUCCEEDED, "We have received a payment and are looking at it", False),
    ],
)
def test_an_unpaid_order_says_why(
    draft: MakeOrder, shop: Any, state: AttemptState, heading: str, *, payable: bool
) -> None:
    from tests.factories import stripe_connection  # noqa: PLC0415 -- only here

    order = in_state(draft(), "pending_payment", "unpaid", paid_at=None)
    PaymentAttempt.objects.create(
        shop=shop,
        connection=stripe_connection(shop),
        order=order,
        number=1,
        state=state,
        amount=order.total,
        currency="CAD",
        idempotency_key="k",
        ask={},
        failure_reason="Your card has insufficient funds.",
        expires_at=timezone.now() + dt.timedelta(hours=1),
    )
    told = standing_of(order)
    assert (told.heading, told.payable) == (heading, payable)
    if state is AttemptState.FAILED:
        assert told.text.startswith("Your card has insufficient funds. Nothing was charged.")
        # What was declined is said also to whoever has just come back.
        assert standing_of(order, came_back=True).heading == heading


@pytest.mark.parametrize(
    ("again", "heading", "waits"),
    [(True, "Paid. A print file is tried again", True), (False, "a hand", False)],
)
def test_a_render_that_failed_is_said_kindly(
    draft: MakeOrder, heading: str, *, again: bool, waits: bool
) -> None:
    order = in_state(draft(), "paid")
    later = timezone.now() + dt.timedelta(minutes=1)
    RenderJob.objects.update(
        status=RenderStatus.FAILED,
        failure_reason="Traceback: secret",
        next_attempt_at=later if again else None,
    )
    told = standing_of(order)
    assert (heading in told.heading, told.waits, "secret" in told.text) == (True, waits, False)


def test_tracking_is_shown(browser: Browser, draft: MakeOrder) -> None:
    order = in_state(
        draft(),
        "shipped",
        carrier="Canada Post",
        tracking_number="7023210039414604",
        tracking_url="https://track.example/7023210039414604",
    )
    page = browser.client.get(f"/print-shop/orders/{order.pk}/").content.decode()
    link = '<a href="https://track.example/7023210039414604" rel="noopener noreferrer">'
    assert f"Canada Post: {link}7023210039414604</a>" in page
    assert page.count('data-state="done"') == 3


def test_the_stamp_changes_with_what_is_told(draft: MakeOrder) -> None:
    order = in_state(draft(), "paid")
    first = standing_of(order).stamp
    assert standing_of(order).stamp == first
    RenderJob.objects.update(status=RenderStatus.PROCESSING)
    assert standing_of(order).stamp != first


def test_a_paid_order_has_its_receipt(browser: Browser, other: Browser, draft: MakeOrder) -> None:
    order = draft()
    path = f"/print-shop/orders/{order.pk}/"
    assert browser.client.get(f"{path}receipt/").status_code == 409
    in_state(order, "paid", paid_total=order.total)
    assert f'href="{path}receipt/" download' in browser.client.get(path).content.decode()
    answer = browser.client.get(f"{path}receipt/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert (answer.content[:5], answer["Cache-Control"]) == (b"%PDF-", "private, no-store")
    assert other.client.get(f"{path}receipt/").status_code == 404


def attempt_of(order: Order, **columns: Any) -> PaymentAttempt:
    from tests.factories import stripe_connection  # noqa: PLC0415 -- only here

    return PaymentAttempt.objects.create(
        shop_id=order.shop_id,
        connection=stripe_connection(order.shop),
        order=order,
        number=1,
        amount=order.total,
        currency="CAD",
        idempotency_key="k",
        ask={},
        expires_at=timezone.now() + dt.timedelta(hours=1),
        **columns,
    )


@pytest.mark.parametrize(
    ("status", "dispute", "heading", "text"),
    [
        ("in_production", "needs_response", "Your bank asks about", "The order waits for"),
        ("shipped", "under_review", "Your bank asks about", "What you ordered was sent before."),
        ("shipped", "lost", "Your bank has taken this payment back", "You have the money again."),
    ],
)
def test_a_dispute_is_told_as_far_as_it_is(
    draft: MakeOrder, status: str, dispute: str, heading: str, text: str
) -> None:
    order = in_state(draft(), status, "disputed")
    Dispute.objects.create(
        shop_id=order.shop_id,
        attempt=attempt_of(order, state=AttemptState.SUCCEEDED),
        stripe_dispute_id="du_1",
        status=dispute,
        reason="fraudulent",
        amount=order.total,
        currency="CAD",
        opened_at=timezone.now(),
        read_at=timezone.now(),
    )
    told = standing_of(order)
    assert (told.heading.startswith(heading), told.text.startswith(text)) == (True, True)


def test_the_bank_is_the_customers_own(draft: MakeOrder) -> None:
    order = in_state(draft(), "pending_payment", "failed", paid_at=None)
    said = "The customer's bank account has insufficient funds."
    attempt_of(order, state=AttemptState.FAILED, failure_reason=said)
    assert standing_of(order).text.startswith("Your bank account has insufficient funds. Nothing")


def test_a_part_that_was_paid_back_is_said(draft: MakeOrder) -> None:
    order = in_state(draft(), "shipped", "partially_refunded")
    told = standing_of(order).text
    assert told == "It was handed to the carrier. A part of the money was paid back."


def test_a_reprint_is_no_purchase(browser: Browser, draft: MakeOrder) -> None:
    first = draft()
    sums = ("items_total", "shipping_total", "tax_total", "total")
    nothing: dict[str, Any] = dict.fromkeys(sums, 0)
    order = draft()
    order.lines.update(unit_price=0, total=0)
    order = in_state(order, "in_production", reprint_of=first, **nothing)
    page = browser.client.get(f"/print-shop/orders/{order.pk}/").content.decode()
    assert f'in place of <a href="/print-shop/orders/{first.pk}/">order {first}</a>' in page
    assert ("1 × free of charge" in page, "<span>Paid<" in page) == (True, False)
    assert ("CA$" in page, "printed again free of charge" in page) == (False, True)
    listed = browser.client.get("/print-shop/orders/").content.decode()
    assert '<p class="row-sum">free of charge<br>' in listed


def test_times_are_those_of_the_shops_clocks(browser: Browser, draft: MakeOrder) -> None:
    order = in_state(draft(), "pending_payment", "unpaid", paid_at=None)
    Shop.objects.filter(pk=order.shop_id).update(timezone="America/Toronto")
    transition(order.pk, OrderStatus.CANCELED, why=Why("test"))
    at = order.history.get(after="canceled").at.astimezone(ZoneInfo("America/Toronto"))
    page = browser.client.get(f"/print-shop/orders/{order.pk}/").content.decode()
    assert f">{at:%-d %b %Y, %H:%M %Z}</time>" in page
    assert " UTC" not in page


def test_every_state_has_a_brief() -> None:
    for status in OrderStatus:
        for payment in PaymentStatus:
            assert brief_of(Order(status=status, payment_status=payment))
    assert brief_of(Order(status="canceled", payment_status="refunded")) == "Cancelled, refunded"
