"""Every few minutes: what webhooks did not bring, and what was begun and not finished.

Each account is read by a job of its own. Events are taken in one by one, each in its own
transaction, so that one that cannot be holds up no other; the mark moves on only when all could.
What changes something abroad is a job for each: it waits behind the panic switch, reading goes on.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.stripe.api import Event, StripeClient
from foundation.work.api import LeaseLost, NewJob, Running, dead_jobs, enqueue_many
from orders.enums import AttemptState, EventOutcome, RefundCause, RefundState
from orders.models import PaymentAttempt, Refund, StripeEvent, StripeSweep

from . import telling
from .accounts import active_accounts
from .client import stripe_client
from .events import TYPES, apply_event
from .facts import Account
from .returning import SEND_REFUND, send

logger = structlog.get_logger(__name__)

SWEEP: Final = "orders.sweep_payments"
SWEEP_ACCOUNT: Final = "orders.sweep_account"
"""Task: {"connection_id"}; unique while unfinished for each account."""
OPEN_ATTEMPT: Final = "orders.open_attempt"
READ_ATTEMPT: Final = "orders.read_attempt"
"""Tasks: {"attempt_id"}; unique while unfinished for each attempt."""

OVERLAP: Final = dt.timedelta(minutes=10)
"""Stripe's list may show an event some moments after its second."""
OLDEST: Final = dt.timedelta(days=29)
"""Stripe keeps events for 30 days (contract §5)."""
MISSED_TO_TELL: Final = 3
STORED_FOR: Final = dt.timedelta(minutes=1)
EXPIRED_FOR: Final = dt.timedelta(minutes=5)
SENT_FOR: Final = dt.timedelta(minutes=10)
KEEP_LOG: Final = dt.timedelta(days=400)
PRUNE_PIECE: Final = 5_000


def sweep_all() -> int:
    """Have every active account swept, each by a job; returns how many there are."""
    accounts = active_accounts()
    for account in accounts:
        sweep_later(account)
    return len(accounts)


def sweep_later(account: Account) -> int:
    """Have one account swept; returns the job's id."""
    job = NewJob({"connection_id": str(account.connection_id)}, str(account.connection_id))
    return enqueue_many(SWEEP_ACCOUNT, [job], shop_id=account.shop_id)[0]


def sweep_account(job: Running, account: Account) -> None:
    """Sweep one account."""
    finish_begun(account, now=timezone.now())
    read_events(job, account, now=timezone.now())


@dataclass(frozen=True, slots=True)
class Begun:
    """How much a sweep of one account would have to do."""

    stored: int
    over: int
    unsent: int
    since: dt.datetime


def to_sweep(account: Account) -> Begun:
    """Count what a sweep would find now, without asking Stripe."""
    now = timezone.now()
    mark = StripeSweep.objects.filter(pk=account.connection_id).first()
    return Begun(
        stored=_stored(account, now).count(),
        over=_over(account, now).count(),
        unsent=_unsent(account, now).count(),
        since=_since(mark.read_until if mark else now - _in_flight(), now),
    )


def finish_begun(account: Account, *, now: dt.datetime) -> None:
    """Have finished what was begun: sessions being opened or over, refunds without their job."""
    _each(OPEN_ATTEMPT, account, _stored(account, now).values_list("pk", flat=True))
    _each(READ_ATTEMPT, account, _over(account, now).values_list("pk", flat=True))
    if not _given_up(SEND_REFUND, account):
        for refund_id in _unsent(account, now).values_list("pk", flat=True):
            send(refund_id, shop_id=account.shop_id)


def _stored(account: Account, now: dt.datetime) -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(
        connection_id=account.connection_id,
        state=AttemptState.STORED,
        created_at__lt=now - STORED_FOR,
    )


def _over(account: Account, now: dt.datetime) -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(
        connection_id=account.connection_id,
        state=AttemptState.OPEN,
        expires_at__lt=now - EXPIRED_FOR,
    )


def _unsent(account: Account, now: dt.datetime) -> QuerySet[Refund]:
    return Refund.objects.filter(
        attempt__connection_id=account.connection_id,
        state__in=(RefundState.WANTED, RefundState.SENT),
        created_at__lt=now - SENT_FOR,
    ).exclude(cause=RefundCause.OUTSIDE)


def _in_flight() -> dt.timedelta:
    """Younger events are left to their webhooks."""
    return dt.timedelta(seconds=settings.STRIPE_IN_FLIGHT_SECONDS)


def _since(read_until: dt.datetime, now: dt.datetime) -> dt.datetime:
    return max(read_until - OVERLAP, now - OLDEST)


def read_events(job: Running, account: Account, *, now: dt.datetime) -> int:
    """Take in the events since the last sweep that no webhook brought; returns how many."""
    mark, _ = StripeSweep.objects.get_or_create(
        pk=account.connection_id, defaults={"read_until": now - _in_flight()}
    )
    until = now - _in_flight()
    since = _since(mark.read_until, now)
    client = stripe_client(account.connection_id, job=job)
    missed, stuck = 0, list[str]()
    for page in _pages(client, since):
        for event in _unknown(account, page, until):
            try:
                with transaction.atomic():
                    job.fence()
                    missed += _take_in(account, event)
            except (LeaseLost, OperationalError, InterfaceError):
                raise
            except Exception as error:
                logger.exception("stripe.event_stuck", stripe_event=event.id)
                stuck.append(f"{event.id} ({event.type}): {error}")
        job.heartbeat()
    with transaction.atomic():
        job.fence()
        mark.swept_at, mark.missed = now, missed
        if not stuck:
            mark.read_until = until
        mark.save()
        _tell(account, missed, stuck)
    return missed


def _take_in(account: Account, event: Event) -> bool:
    """Take an event in; returns whether it was one that a webhook should have brought us."""
    outcome = apply_event(
        connection_id=account.connection_id, shop_id=account.shop_id, event=event, by_sweep=True
    )
    return outcome not in (None, EventOutcome.NOT_OURS)


def _pages(client: StripeClient, since: dt.datetime) -> Iterator[Iterable[Event]]:
    after: str | None = None
    while True:
        page = client.events(since, TYPES, after)
        yield page.rows
        after = page.next
        if after is None:
            return


def _unknown(account: Account, page: Iterable[Event], until: dt.datetime) -> list[Event]:
    """Keep those the log does not have, oldest first."""
    events = {each.id: each for each in page if each.created_at <= until}
    known = StripeEvent.objects.filter(
        connection_id=account.connection_id, event_id__in=events
    ).values_list("event_id", flat=True)
    for event_id in known:
        del events[event_id]
    return sorted(events.values(), key=lambda each: each.created_at)


def _tell(account: Account, missed: int, stuck: list[str]) -> None:
    if stuck:
        telling.events_stuck(account, stuck)
    else:
        telling.events_taken_in(account)
    if missed > MISSED_TO_TELL:
        telling.webhooks_missing(account, missed=missed)
    elif not missed:
        telling.webhooks_arrive(account)


def _each(task: str, account: Account, attempt_ids: Iterable[object]) -> None:
    if _given_up(task, account):
        return
    jobs = [NewJob({"attempt_id": str(each)}, str(each)) for each in attempt_ids]
    enqueue_many(task, jobs, shop_id=account.shop_id)


def _given_up(task: str, account: Account) -> bool:
    """Whether such jobs died: their own schedule tries them again, and people have an alert."""
    return dead_jobs(shop_id=account.shop_id, task=task).count > 0


def prune_events(now: dt.datetime) -> int:
    """Forget one bounded piece of the old log; returns how many, 0 when done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM stripe_event_log WHERE id IN (SELECT id FROM stripe_event_log"
            " WHERE handled_at < %s ORDER BY handled_at LIMIT %s)",
            (now - KEEP_LOG, PRUNE_PIECE),
        )
        return int(cursor.rowcount)
