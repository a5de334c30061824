"""``manage.py dead_letters list|replay|discard``: ops' hand on jobs that gave up."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Max, QuerySet

from foundation.failures import FailureKind
from foundation.work.enums import JobState
from foundation.work.models import Job
from foundation.work.services import discard, replay

LISTED = 50


class Command(BaseCommand):
    """List, replay or discard dead jobs by filter."""

    help = "List, replay or discard dead letters. Filters narrow; --dry-run shows what would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb and the filters."""
        parser.add_argument("verb", choices=["list", "replay", "discard"])
        parser.add_argument("--task", help="exact name, or a beginning that ends with a dot")
        parser.add_argument("--shop", help="the shop's id")
        parser.add_argument("--kind", choices=[str(kind) for kind in FailureKind])
        parser.add_argument("--id", type=int, action="append", help="may be given several times")
        parser.add_argument("--all", action="store_true", help="no filter at all, on purpose")
        parser.add_argument("--reason", default="", help="discard only: why, for the audit")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, verb: str, **options: Any) -> None:
        """Do it, and say how many."""
        dead = self._matching(options)
        if verb == "list":
            self._list(dead)
            return
        if not options["all"] and not any(options[name] for name in ("task", "shop", "kind", "id")):
            message = f"Give a filter, or --all to {verb} every dead letter."
            raise CommandError(message)
        if verb == "discard" and not options["reason"]:
            message = "Say why with --reason: it goes into the audit record."
            raise CommandError(message)
        if options["dry_run"]:
            self._list(dead)
            self.stdout.write(f"Dry run: {dead.count()} would be put to {verb}; nothing changed.")
            return
        if verb == "replay":
            self.stdout.write(f"{replay(dead, reason='By command.')} jobs are queued again.")
        else:
            self.stdout.write(f"{discard(dead, reason=options['reason'])} jobs are discarded.")

    def _matching(self, options: dict[str, Any]) -> QuerySet[Job]:
        dead = Job.objects.filter(state=JobState.DEAD)
        task = options["task"]
        if task and task.endswith("."):
            dead = dead.filter(name__startswith=task)
        elif task:
            dead = dead.filter(name=task)
        if options["shop"]:
            dead = dead.filter(shop_id=options["shop"])
        if options["kind"]:
            dead = dead.filter(failure_kind=options["kind"])
        if options["id"]:
            dead = dead.filter(pk__in=options["id"])
        return dead

    def _list(self, dead: QuerySet[Job]) -> None:
        groups = dead.values("name", "failure_kind").annotate(n=Count("pk"), last=Max("pk"))
        for row in groups.order_by("-n", "name"):
            self.stdout.write(f"{row['n']:>6}  {row['name']}  {row['failure_kind']}")
        for job in dead.order_by("-pk")[:LISTED]:
            again = (
                f"tries again {job.recover_at:%Y-%m-%d %H:%MZ}"
                if job.recover_at
                else "for a person"
            )
            self.stdout.write(f"#{job.pk} {job.name} shop={job.shop_id} {again}: {job.error}")
        if not dead.exists():
            self.stdout.write("No dead letters.")
