"""Encrypt stored credentials with the newest key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from foundation.shops.services import reseal_connections


class Command(BaseCommand):
    help = (
        "Encrypt all stored credentials with the first of BACKROOM_KEYS. Put a new key first, "
        "restart, run this, then drop the old key. Safe to run again and while everything works."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only count, and prove that all can be read."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        count = reseal_connections(dry_run=options["dry_run"])
        word = "can be" if options["dry_run"] else "are"
        self.stdout.write(f"{count} connections {word} encrypted with the first key.")
