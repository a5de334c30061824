"""``manage.py price_jobs list|show|cancel|roll_back``: ops' hand on price jobs."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pricing.enums import JobKind, Outcome, PricingJobState
from pricing.models import PricingJob
from pricing.presenting import label_of, outcome_parts, reason_words, state_now
from pricing.queries.jobs import history_of, holds
from pricing.queries.results import reason_groups
from pricing.services import IllegalMove, Refused, cancel, roll_back

LISTED = 50


class Command(BaseCommand):
    help = "List, show, cancel or roll back price jobs. --dry-run shows what would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "show", "cancel", "roll_back"])
        parser.add_argument("job", nargs="?", type=UUID, help="its id; not for list")
        parser.add_argument("--shop", type=UUID, help="list only: jobs of this shop")
        parser.add_argument("--state", choices=PricingJobState.values, help="list only")
        parser.add_argument("--reason", default="", help="cancel only: why, for the record")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list(options)
            return
        if options["job"] is None:
            message = f"Which job? price_jobs {verb} <id>; `list` shows the ids."
            raise CommandError(message)
        job = PricingJob.objects.select_related("shop").filter(pk=options["job"]).first()
        if job is None:
            message = f"There is no price job {options['job']}."
            raise CommandError(message)
        try:
            {"show": self._show, "cancel": self._cancel, "roll_back": self._roll_back}[verb](
                job, options
            )
        except (Refused, IllegalMove) as refused:
            raise CommandError(str(refused)) from refused

    def _list(self, options: dict[str, Any]) -> None:
        rows = PricingJob.objects.select_related("shop").order_by("-created_at", "-id")
        if options["shop"]:
            rows = rows.filter(shop_id=options["shop"])
        if options["state"]:
            rows = rows.filter(state=options["state"])
        found = list(rows[:LISTED])
        for job in found:
            self.stdout.write(self._line(job))
        if not found:
            self.stdout.write("No price jobs.")

    def _line(self, job: PricingJob) -> str:
        effect = ", ".join(f"{part.count} {part.label.lower()}" for part in outcome_parts(job))
        effect = effect or f"{job.planned_changes} planned"
        state = label_of(state_now(job, timezone.now()))
        return f"{job.pk}  {state:16} {job.shop.name}: {job.name} ({effect})"

    def _show(self, job: PricingJob, _options: dict[str, Any]) -> None:
        self.stdout.write(self._line(job))
        for change in history_of(job):
            by = f" by {change.actor}" if change.actor else ""
            self.stdout.write(
                f"  {change.at:%Y-%m-%d %H:%M:%SZ} {change.after}{by} {change.reason}"
            )
        for hold in holds(job):
            self.stdout.write(
                f"  {hold.count} {hold.state}: {hold.cause} (job #{hold.work_job_id})"
            )
        for group in reason_groups(job):
            self.stdout.write(f"  {group.count} {group.outcome}: {reason_words(group.reason)}")

    def _cancel(self, job: PricingJob, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {self._line(job)} would be stopped; nothing changed.")
            return
        cancel(job=job, actor_id=None, reason=options["reason"])
        self.stdout.write("Stopped. What was written stays; nothing more is written.")

    def _roll_back(self, job: PricingJob, options: dict[str, Any]) -> None:
        written = job.results.filter(outcome__in=(Outcome.APPLIED, Outcome.OVERWRITTEN))
        if options["dry_run"]:
            self.stdout.write(
                f"Dry run: the way back of {written.count()} prices would be planned; it is "
                "confirmed on its page. Nothing changed."
            )
            return
        undo = roll_back(job=job, actor_id=None)
        self.stdout.write(f"{JobKind.ROLLBACK.label} {undo.pk} is being planned; confirm its plan.")
