"""What webhooks did not bring is found; what was begun is finished; ops can ask for both."""

import datetime as dt
import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.demo.stripe_account import StripeAccount
from foundation.outbound.api import freeze_shop, park_connection, resume_connection
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from orders.models import Order, PaymentAttempt, Refund, StripeEvent, StripeSweep
from orders.payments import sweep
from orders.payments.accounts import account_at
from orders.payments.events import apply_event
from orders.payments.refunds import refund

from .conftest import Story, session_of, work
from .rows import PAID, UNPAID, alerts, standing

pytestmark = pytest.mark.django_db(transaction=True)

MISSING = ("warning", "Stripe's webhooks do not seem to arrive")


@pytest.fixture(autouse=True)
def _all_events_are_old_enough(settings: LazySettings) -> None:
    settings.STRIPE_IN_FLIGHT_SECONDS = -1


def swept(account: Connection) -> StripeSweep:
    sweep.sweep_later(account_at(account.pk))
    work()
    return StripeSweep.objects.get(pk=account.pk)


def test_what_no_webhook_brought_is_taken_in(
    stripe: StripeAccount, account: Connection, order: Order, attempt: PaymentAttempt
) -> None:
    stripe.pay(session_of(attempt))
    mark = swept(account)
    mine = StripeEvent.objects.filter(order=order)
    assert standing(order) == PAID
    assert sorted(mine.values_list("type", "by_sweep")) == [
        ("checkout.session.completed", True),
        ("payment_intent.succeeded", True),
    ]
    assert mark.swept_at is not None
    assert timezone.now() - mark.read_until < dt.timedelta(minutes=1)


def test_what_came_by_webhook_is_left_alone(
    stripe: StripeAccount,
    account: Connection,
    story: Story,
    order: Order,
    attempt: PaymentAttempt,
) -> None:
    swept(account)  # what earlier tests left at the sandbox
    stripe.pay(session_of(attempt))
    story.bring()
    assert swept(account).missed == 0
    assert set(StripeEvent.objects.filter(order=order).values_list("by_sweep")) == {(False,)}


def test_many_missed_events_are_told_until_none_is_missing(
    stripe: StripeAccount,
    account: Connection,
    order: Order,
    attempt: PaymentAttempt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swept(account)
    monkeypatch.setattr(sweep, "MISSED_TO_TELL", 1)
    stripe.pay(session_of(attempt))
    mark = swept(account)
    told = alerts()
    again = swept(account)
    assert (mark.missed, told, again.missed, alerts()) == (2, [MISSING], 0, [])
    assert standing(order) == PAID


def test_an_event_that_cannot_be_taken_in_holds_up_no_other(
    stripe: StripeAccount,
    account: Connection,
    order: Order,
    attempt: PaymentAttempt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swept(account)
    taken_in = apply_event

    def refuse(*, event: Any, **options: Any) -> Any:
        if event.type == "payment_intent.succeeded":
            message = "nobody thought of this"
            raise ValueError(message)
        return taken_in(event=event, **options)

    before = StripeSweep.objects.get().read_until
    stripe.pay(session_of(attempt))
    monkeypatch.setattr(sweep, "apply_event", refuse)
    stuck = swept(account)
    told = alerts()
    monkeypatch.setattr(sweep, "apply_event", taken_in)
    after = swept(account)
    assert standing(order) == PAID
    assert (stuck.read_until, told) == (
        before,
        [("critical", "1 events of Stripe cannot be taken in")],
    )
    assert (after.read_until > before, alerts()) == (True, [])


def test_an_end_that_nobody_told_is_read(
    stripe: StripeAccount, account: Connection, order: Order, attempt: PaymentAttempt
) -> None:
    """The events are older than Stripe's list: only the session itself still knows."""
    stripe.expire(session_of(attempt))
    StripeSweep.objects.create(pk=account.pk, read_until=timezone.now() + dt.timedelta(hours=1))
    PaymentAttempt.objects.update(expires_at=timezone.now() - dt.timedelta(hours=1))
    swept(account)
    attempt.refresh_from_db()
    assert (attempt.state, standing(order)) == ("expired", UNPAID)


def test_a_refund_whose_job_is_gone_is_sent(
    stripe: StripeAccount, account: Connection, owner: User, order: Order, paid: PaymentAttempt
) -> None:
    assert paid.settles
    refund(order=order, reason="", actor_id=owner.pk)
    Job.objects.all().delete()
    swept(account)
    young = Refund.objects.get().state
    Refund.objects.update(created_at=timezone.now() - dt.timedelta(hours=1))
    swept(account)
    assert (young, Refund.objects.get().state) == ("wanted", "succeeded")
    assert stripe.account


def test_the_panic_switch_lets_it_read(
    stripe: StripeAccount,
    shop: Shop,
    account: Connection,
    owner: User,
    order: Order,
    attempt: PaymentAttempt,
) -> None:
    freeze_shop(shop.pk, reason="a test", actor_id=owner.pk)
    stripe.pay(session_of(attempt))
    swept(account)
    assert standing(order) == PAID


def test_a_parked_account_is_swept_when_it_is_resumed(
    stripe: StripeAccount,
    account: Connection,
    owner: User,
    order: Order,
    attempt: PaymentAttempt,
) -> None:
    park_connection(account.pk, "The key was rolled.")
    stripe.pay(session_of(attempt))
    parked = sweep.sweep_all()
    resume_connection(account.pk, actor_id=owner.pk)
    work()
    assert (parked, standing(order)) == (0, PAID)


def test_old_lines_of_the_log_are_forgotten(paid: PaymentAttempt) -> None:
    assert paid.settles
    first = StripeEvent.objects.earliest("pk")
    StripeEvent.objects.filter(pk=first.pk).update(
        handled_at=timezone.now() - dt.timedelta(days=401)
    )
    counts = [sweep.prune_events(timezone.now()), sweep.prune_events(timezone.now())]
    assert (counts, StripeEvent.objects.filter(pk=first.pk).exists()) == ([1, 0], False)
    assert StripeEvent.objects.exists()


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("payments", *words, stdout=out)
    return out.getvalue()


def test_ops_sweep_by_command(account: Connection, attempt: PaymentAttempt) -> None:
    assert attempt.state == "open"
    said = command("sweep", "--dry-run")
    jobs = Job.objects.filter(name=sweep.SWEEP_ACCOUNT).count()
    command("sweep", "--connection", str(account.pk))
    assert "0 pages to be opened, 0 to be read, 0 refunds to be sent" in said
    assert (jobs, Job.objects.filter(name=sweep.SWEEP_ACCOUNT).count()) == (0, 1)


@pytest.mark.parametrize("by", ["session", "order"])
def test_ops_read_a_payment_by_command(
    stripe: StripeAccount, order: Order, attempt: PaymentAttempt, by: str
) -> None:
    stripe.pay(session_of(attempt))
    what = session_of(attempt) if by == "session" else str(order.pk)
    said = command("read", what, "--dry-run")
    before = standing(order)
    done = command("read", what)
    assert ("would be read" in said, "open → succeeded" in done) == (True, True)
    assert (before, standing(order)) == (UNPAID, PAID)


def test_ops_are_told_what_is_not_there(account: Connection) -> None:
    assert account.kind == "stripe"
    with pytest.raises(CommandError, match="No payment of cs_nowhere is known"):
        command("read", "cs_nowhere")
    Connection.objects.all().delete()
    with pytest.raises(CommandError, match="No active Stripe connection"):
        command("sweep")
