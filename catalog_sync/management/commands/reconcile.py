"""Ops' edge of the reconciliation."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog_sync.management.waiting import wait_for
from catalog_sync.reconciled import LOOKED_AT, MENDED, in_words, run_of_job
from catalog_sync.services import NeverRead, start_reconciliation
from catalog_sync.standing import connections_named


class Command(BaseCommand):
    help = (
        "Compare the mirrors of connected Shopify shops with the shops and mend what differs, now; "
        "the schedule does it every quarter of an hour. Runs as jobs of the workers. Without "
        "--shop or --connection all active connections are meant."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", help="only this shop: its id, or its myshopify.com domain")
        parser.add_argument("--connection", type=UUID, help="only this connection")
        parser.add_argument(
            "--wait",
            action="store_true",
            help="stay until the jobs have ended; show what they found",
        )
        parser.add_argument("--dry-run", action="store_true", help="compare, and change nothing")

    def handle(self, **options: Any) -> None:
        found = connections_named(shop=options["shop"], connection_id=options["connection"])
        if not found:
            raise CommandError(
                "No active Shopify connection was found. Connect a shop, or resume its connection."
            )
        jobs: dict[int, str] = {}
        refused = []
        for connection_id, account in found:
            try:
                job_id = start_reconciliation(
                    connection_id, None, reason="reconcile", dry_run=options["dry_run"]
                )
            except NeverRead as error:
                refused.append(str(error))
            else:
                jobs[job_id] = account
                self.stdout.write(f"{account} is job {job_id}")
        if options["wait"]:
            wait_for(jobs, self.stdout.write)
            for job_id, account in jobs.items():
                self.stdout.write(f"{account}: {_found(job_id)}")
        if refused:
            raise CommandError("\n".join(refused))


def _found(job_id: int) -> str:
    run = run_of_job(job_id)
    if run is None:
        return "its record was pruned"
    lag = f", the latest {run.lag.total_seconds():.0f} s late" if run.lag is not None else ""
    seen = in_words(run.counts, LOOKED_AT) or "nothing to compare"
    mended = in_words(run.counts, MENDED) or "nothing"
    return f"{seen}; mended: {mended}{lag}; {run.points:,} points"
