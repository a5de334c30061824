"""Ops' edge of the mirror."""

import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog_sync.services import start_full_sync, start_subscription_check
from catalog_sync.standing import SyncProgress, connections_named, sync_progress

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Mirror the catalogues of connected Shopify shops. --full reads everything again, "
        "--subscriptions checks and mends the webhooks; both run as jobs of the workers. Without "
        "--shop or --connection all active connections are meant."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="read the whole catalogue")
        parser.add_argument(
            "--subscriptions", action="store_true", help="check and mend the webhook subscriptions"
        )
        parser.add_argument("--shop", help="only this shop: its id, or its myshopify.com domain")
        parser.add_argument("--connection", type=UUID, help="only this connection")
        parser.add_argument(
            "--wait", action="store_true", help="stay until the jobs have ended; show progress"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="with --full: judge every row, change none"
        )

    def handle(self, **options: Any) -> None:
        if not (options["full"] or options["subscriptions"]):
            raise CommandError("Say what to do: --full, --subscriptions or both.")
        if options["dry_run"] and not options["full"]:
            raise CommandError("--dry-run belongs to --full.")
        found = connections_named(shop=options["shop"], connection_id=options["connection"])
        if not found:
            raise CommandError(
                "No active Shopify connection was found. Connect a shop, or resume its connection."
            )
        jobs: dict[int, str] = {}
        for connection_id, account in found:
            if options["subscriptions"]:
                jobs[start_subscription_check(connection_id)] = f"{account}: subscriptions"
            if options["full"]:
                job_id = start_full_sync(
                    connection_id, None, reason="sync_shopify --full", dry_run=options["dry_run"]
                )
                jobs[job_id] = f"{account}: full sync"
        for job_id, what in jobs.items():
            self.stdout.write(f"{what} is job {job_id}")
        if options["wait"]:
            self._wait(jobs)

    def _wait(self, jobs: dict[int, str]) -> None:
        """Show each job until it has ended; an end other than "done" is an error."""
        failed = []
        for job_id, what in jobs.items():
            told = ""
            while True:
                progress = sync_progress(job_id)
                if (line := _line(what, progress)) != told:
                    self.stdout.write(line)
                    told = line
                if progress.ended:
                    break
                time.sleep(POLL_SECONDS)
            if progress.state != "done":
                failed.append(f"{what}: {progress.state}. {progress.error}")
        if failed:
            raise CommandError("\n".join(failed))


def _line(what: str, progress: SyncProgress) -> str:
    counted = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
    why = f" ({progress.waiting_for})" if progress.waiting_for else ""
    return f"{what}: {progress.state}{counted}{why}"
