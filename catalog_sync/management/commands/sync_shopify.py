"""Ops' edge of the mirror."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog_sync.management.waiting import wait_for
from catalog_sync.services import start_full_sync, start_subscription_check
from catalog_sync.standing import connections_named


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
            wait_for(jobs, self.stdout.write)
