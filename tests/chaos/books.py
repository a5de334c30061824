"""What must be true of payments in the end, from Stripe's own books."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from config.demo.stripe_account import StripeAccount
from foundation.work.models import Job
from orders.models import Order, OrderStatusChange, PaymentAttempt, Refund, StripeEvent
from orders.payments.events import TYPES
from tests.chaos.model import Verdict

NOTHING = Decimal(0)
FULFILLED = ("paid", "in_production")


def judge(stripe: StripeAccount, orders: Sequence[Order]) -> Verdict:
    """Compare every order with the books."""
    verdict = Verdict()
    books = _Books(stripe)
    for order in Order.objects.filter(pk__in=[each.pk for each in orders]):
        _judge_order(verdict, order, books)
    _judge_sums(verdict, books)
    _judge_events(verdict, books)
    for job in Job.objects.filter(name__startswith="orders").exclude(
        state__in=("done", "cancelled")
    ):
        verdict.blame("lost", f"job {job.name} #{job.pk} is {job.state}: {job.error[:200]}")
    return verdict


def summary(orders: Sequence[Order]) -> dict[str, Any]:
    """Say how the orders ended."""
    rows = Order.objects.filter(pk__in=[each.pk for each in orders])
    counts = Counter(
        f"{status}, {payment}" for status, payment in rows.values_list("status", "payment_status")
    )
    events = StripeEvent.objects.all()
    return {
        "ended": dict(counts),
        "events": events.count(),
        "events_by_sweep": events.filter(by_sweep=True).count(),
    }


class _Books:
    """What Stripe has of this house, by order and by payment; amounts with their decimals."""

    def __init__(self, stripe: StripeAccount) -> None:
        self.paid: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self.back: dict[str, Decimal] = defaultdict(Decimal)
        self.by_refund: Counter[str] = Counter()
        self.events = [each for each in stripe.events() if each["type"] in TYPES]
        for session in stripe.objects("checkout.session"):
            if session["payment_status"] == "paid":
                amount = Decimal(session["amount_total"]) / 100
                self.paid[session["client_reference_id"]][session["id"]] = amount
        self.intents = {
            each["id"]: each["payment_intent"] for each in stripe.objects("checkout.session")
        }
        for refund in stripe.objects("refund"):
            if refund["status"] not in {"failed", "canceled"}:
                self.back[refund["payment_intent"]] += Decimal(refund["amount"]) / 100
            if "refund" in refund["metadata"]:
                self.by_refund[refund["metadata"]["refund"]] += 1


def _judge_order(verdict: Verdict, order: Order, books: _Books) -> None:
    name = f"order {order} ({order.status}, {order.payment_status})"
    paid = books.paid.get(str(order.pk), {})
    attempts = {
        each.stripe_checkout_session_id: each for each in PaymentAttempt.objects.filter(order=order)
    }
    for session, amount in paid.items():
        attempt = attempts.get(session)
        if attempt is None or attempt.state != "succeeded":
            verdict.blame("lost", f"{name}: session {session} was paid and is not known so")
        elif attempt.received != amount:
            verdict.blame("wrong", f"{name}: {attempt.received} came in, {amount} in the books")
    settled = [each for each in attempts.values() if each.settles]
    if len(settled) != min(1, len(paid)):
        verdict.blame("wrong", f"{name}: {len(settled)} attempts settle, {len(paid)} were paid")
    if not paid and (order.status in FULFILLED or order.paid_total):
        verdict.blame("wrong", f"{name}: nobody paid")
    if paid and order.status not in {*FULFILLED, "canceled"}:
        verdict.blame("lost", f"{name}: it was paid")
    moves = OrderStatusChange.objects.filter(order=order, field="status", after="paid").count()
    if moves > 1:
        verdict.blame("doubled", f"{name}: it became paid {moves} times")
    _judge_back(verdict, name, order, list(attempts.values()), books)


def _judge_back(
    verdict: Verdict,
    name: str,
    order: Order,
    attempts: Sequence[PaymentAttempt],
    books: _Books,
) -> None:
    for attempt in attempts:
        rows = Refund.objects.filter(attempt=attempt)
        ours = sum((each.amount for each in rows if each.state == "succeeded"), NOTHING)
        there = books.back.get(attempt.payment_intent, NOTHING) if attempt.payment_intent else 0
        if ours != there:
            verdict.blame("wrong", f"{name}: {ours} went back, {there} in the books")
        for row in rows:
            if books.by_refund[str(row.pk)] > 1:
                verdict.blame("doubled", f"{name}: refund {row.pk} was made twice")
        must_be_back = attempt.state == "succeeded" and (
            not attempt.settles or order.status == "canceled"
        )
        if must_be_back and there != attempt.received:
            verdict.blame("lost", f"{name}: {there} of {attempt.received} is back")
        if attempt.settles and (order.paid_total, order.refunded_total) != (attempt.received, ours):
            verdict.blame("wrong", f"{name}: its sums are not its payments'")


def _judge_sums(verdict: Verdict, books: _Books) -> None:
    there = sum((sum(each.values()) for each in books.paid.values()), NOTHING) - sum(
        books.back.values()
    )
    received = PaymentAttempt.objects.filter(state="succeeded").values_list("received", flat=True)
    refunded = Refund.objects.filter(state="succeeded").values_list("amount", flat=True)
    ours = sum((each for each in received if each), NOTHING) - sum(refunded, NOTHING)
    if ours != there:
        verdict.blame("wrong", f"{ours} are in the till by our rows, {there} by the books")


def _judge_events(verdict: Verdict, books: _Books) -> None:
    rows = StripeEvent.objects.values_list("event_id", "outcome", "order_id")
    known = {event: (outcome, order) for event, outcome, order in rows}
    for event in books.events:
        if event["id"] not in known:
            verdict.blame("lost", f"{event['type']} {event['id']} was never taken in")
    if len(known) != len(rows):
        verdict.blame("doubled", "an event stands in the log twice")
