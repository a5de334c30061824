"""The jobs of payments; each is one call of a service."""

from uuid import UUID

from django.utils import timezone

from foundation.work.api import Group, Priority, Running, task
from orders.models import PaymentAttempt

from . import disputes, opening, returning, sending, sweep
from .accounts import account_at
from .client import stripe_client

PRUNE = "orders.prune_stripe_events"


@task(sweep.SWEEP)
def sweep_payments(_job: Running) -> None:
    """Have every active account looked over, each by a job of its own."""
    sweep.sweep_all()


@task(sweep.SWEEP_ACCOUNT, group=Group.REMOTE, atomic=False)
def sweep_account(job: Running, connection_id: str) -> None:
    """Look one account over."""
    sweep.sweep_account(job, account_at(UUID(connection_id)))


@task(sweep.OPEN_ATTEMPT, group=Group.REMOTE, atomic=False)
def open_attempt(job: Running, attempt_id: str) -> None:
    """Finish the opening of a payment page whose answer was lost."""
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    if attempt.state != "stored":
        return
    try:
        opening.open_session(attempt, stripe_client(attempt.connection_id, job=job))
    except opening.NeverOpened:
        return  # Said and recorded: there is no page.


@task(sweep.READ_ATTEMPT, group=Group.REMOTE, atomic=False)
def read_attempt(job: Running, attempt_id: str) -> None:
    """Ask what became of a payment page whose end was not told."""
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    opening.read_session(attempt, stripe_client(attempt.connection_id, job=job))


@task(opening.CLOSE_ATTEMPT, group=Group.REMOTE, atomic=False)
def close_attempt(job: Running, attempt_id: str) -> None:
    """End a payment page that its order does not want any more."""
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    opening.close_session(attempt, stripe_client(attempt.connection_id, job=job))


@task(returning.SEND_REFUND, group=Group.REMOTE, atomic=False, priority=Priority.URGENT)
def send_refund(job: Running, refund_id: str) -> None:
    """Bring a refund to Stripe."""
    sending.send_refund(job, UUID(refund_id))


@task(sending.READ_REFUNDS, group=Group.REMOTE, atomic=False)
def read_refunds(job: Running, connection_id: str, payment_intent: str) -> None:
    """Read what was paid back of a payment."""
    sending.read_refunds(job, account_at(UUID(connection_id)), payment_intent)


@task(disputes.READ_DISPUTE, group=Group.REMOTE, atomic=False)
def read_dispute(job: Running, connection_id: str, dispute_id: str) -> None:
    """Read a dispute."""
    disputes.read_dispute(job, account_at(UUID(connection_id)), dispute_id)


@task(PRUNE, atomic=False)
def prune_events(job: Running) -> None:
    """Forget old lines of the log of events."""
    while sweep.prune_events(timezone.now()):
        job.heartbeat()
