"""``manage.py work``: run jobs in this process, without a broker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from foundation.work.drain import claim_and_sweep, drain_for
from foundation.work.enums import Group

IDLE_SECONDS = 0.2
TICK_SECONDS = 2.0
FOR_EVER = 10.0**9


class Command(BaseCommand):
    """Drain one or all groups; also what a small installation without Redis may run."""

    help = "Run due jobs in this process, without Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which groups and for how long."""
        parser.add_argument(
            "--group",
            action="append",
            choices=Group.values,
            help="may be given several times; default: all",
        )
        parser.add_argument("--until-idle", action="store_true", help="stop when nothing is due")
        parser.add_argument("--seconds", type=float, default=FOR_EVER, help="stop after so long")
        parser.add_argument(
            "--tick", action="store_true", help="also claim the schedule's slots and sweep"
        )

    def handle(self, **options: Any) -> None:
        """Run jobs until the time is up or, if asked, nothing is due."""
        groups = [Group(name) for name in options["group"] or Group.values]
        ends = time.monotonic() + options["seconds"]
        ran = 0
        ticked = 0.0
        while (left := ends - time.monotonic()) > 0:
            if options["tick"] and time.monotonic() - ticked >= TICK_SECONDS:
                ticked = time.monotonic()
                claim_and_sweep()
            # Short slices, so that no group waits for another one's long queue.
            done = sum(drain_for(group, min(left, TICK_SECONDS))[0] for group in groups)
            ran += done
            if not done:
                if options["until_idle"]:
                    break
                time.sleep(IDLE_SECONDS)
        self.stdout.write(f"{ran} jobs were run.")
