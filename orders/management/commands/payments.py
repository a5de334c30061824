"""Ops' edge of payments."""

from argparse import ArgumentParser
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from foundation.failures import Failure, NotNow
from orders.models import PaymentAttempt
from orders.payments.accounts import active_accounts
from orders.payments.client import stripe_client
from orders.payments.opening import read_session
from orders.payments.sweep import sweep_later, to_sweep

UUID_LENGTH: Final = 36


class Command(BaseCommand):
    help = (
        "Look after payments: `sweep` takes in what webhooks did not bring and finishes what was "
        "begun, as the schedule does every five minutes; `read` asks Stripe what became of a "
        "payment, by its session or its order."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        verbs = parser.add_subparsers(dest="verb", required=True)
        sweep = verbs.add_parser("sweep", help="sweep all active accounts, by jobs of the workers")
        sweep.add_argument("--connection", type=UUID, help="only this account's connection")
        read = verbs.add_parser("read", help="read a payment back, now")
        read.add_argument("what", help="a session (cs_…) or an order's id")
        for each in (sweep, read):
            each.add_argument("--dry-run", action="store_true", help="say what would be done")

    def handle(self, **options: Any) -> None:
        if options["verb"] == "sweep":
            self._sweep(options["connection"], dry_run=options["dry_run"])
        else:
            self._read(options["what"], dry_run=options["dry_run"])

    def _sweep(self, connection_id: UUID | None, *, dry_run: bool) -> None:
        accounts = [
            each for each in active_accounts() if connection_id in (None, each.connection_id)
        ]
        if not accounts:
            raise CommandError("No active Stripe connection was found.")
        for account in accounts:
            begun = to_sweep(account)
            what = (
                f"{begun.stored} pages to be opened, {begun.over} to be read, "
                f"{begun.unsent} refunds to be sent, events since {begun.since:%Y-%m-%d %H:%M} UTC"
            )
            if dry_run:
                self.stdout.write(f"{account.connection_id}: {what}")
            else:
                self.stdout.write(f"{account.connection_id} is job {sweep_later(account)}: {what}")

    def _read(self, what: str, *, dry_run: bool) -> None:
        attempts = list(_attempts(what))
        if not attempts:
            message = f"No payment of {what} is known."
            raise CommandError(message)
        for attempt in attempts:
            before = f"{attempt} ({attempt.stripe_checkout_session_id}): {attempt.state}"
            if dry_run:
                self.stdout.write(f"{before}; would be read")
                continue
            try:
                after = read_session(attempt, stripe_client(attempt.connection_id))
            except (Failure, NotNow) as error:
                message = f"{before}; it could not be read: {error}"
                raise CommandError(message) from error
            self.stdout.write(f"{before} → {after.state}")


def _attempts(what: str) -> Any:
    found = Q(stripe_checkout_session_id=what)
    if len(what) == UUID_LENGTH:
        found |= Q(order_id=what)
    try:
        return PaymentAttempt.objects.filter(
            found, stripe_checkout_session_id__isnull=False
        ).select_related("order")
    except ValidationError as error:
        message = f"{what} is neither a session nor an order."
        raise CommandError(message) from error
