"""``manage.py price_jobs list|show|pause|resume|cancel|roll_back``: ops' hand on price jobs.

To confirm and to approve is people's business, on the job's page.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pricing.enums import WRITTEN, JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.presenting import (
    Moment,
    known_zone,
    label_of,
    outcome_parts,
    reason_words,
    state_now,
)
from pricing.queries.jobs import history_of, holds
from pricing.queries.results import reason_groups
from pricing.services import IllegalMove, Refused, cancel, pause, resume, roll_back

LISTED = 50


class Command(BaseCommand):
    help = "List, show, pause, resume, cancel or roll back price jobs. --dry-run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", *self._verbs()])
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
            self._verbs()[verb](job, options)
        except (Refused, IllegalMove) as refused:
            raise CommandError(str(refused)) from refused

    def _verbs(self) -> dict[str, Callable[[PricingJob, dict[str, Any]], None]]:
        return {
            "show": self._show,
            "pause": self._pause,
            "resume": self._resume,
            "cancel": self._cancel,
            "roll_back": self._roll_back,
        }

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
        for said in self._timing(job):
            self.stdout.write(f"  {said}")
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

    def _timing(self, job: PricingJob) -> list[str]:
        zone, now = known_zone(job.shop.timezone), timezone.now()
        said = []
        if job.state == PricingJobState.AWAITING_APPROVAL and job.expires_at is not None:
            until = Moment.of(job.expires_at, zone, now)
            said.append(f"needs approval until {until.words}: {' '.join(job.approval_reasons)}")
        if job.run_at is not None and job.started_at is None:
            begins = Moment.of(job.run_at, zone, now)
            said.append(f"begins {begins.words}, {begins.countdown}")
        if job.ends_at is not None:
            ends = Moment.of(job.ends_at, zone, now)
            said.append(f"taken back by itself {ends.words}, {ends.countdown}")
        if job.stale_rows:
            said.append(f"{job.stale_rows:,} planned prices were changed since the plan")
        return said

    def _pause(self, job: PricingJob, options: dict[str, Any]) -> None:
        self._check_state(job, PricingJobState.RUNNING, "paused")
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {self._line(job)} would be paused; nothing changed.")
            return
        pause(job=job, actor_id=None)
        self.stdout.write("Paused after the product that is being written; `resume` goes on.")

    def _resume(self, job: PricingJob, options: dict[str, Any]) -> None:
        self._check_state(job, PricingJobState.PAUSED, "resumed")
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {self._line(job)} would go on; nothing changed.")
            return
        resume(job=job, actor_id=None)
        self.stdout.write("The run goes on.")

    def _check_state(self, job: PricingJob, needed: PricingJobState, verb: str) -> None:
        """Tell a dry run the same as the verb itself would be told."""
        if job.state != needed:
            now = label_of(state_now(job, timezone.now())).lower()
            message = f"The price job is {now}; only one that is {needed.label.lower()} is {verb}."
            raise CommandError(message)

    def _cancel(self, job: PricingJob, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {self._line(job)} would be stopped; nothing changed.")
            return
        cancel(job=job, actor_id=None, reason=options["reason"])
        self.stdout.write("Stopped. What was written stays; nothing more is written.")

    def _roll_back(self, job: PricingJob, options: dict[str, Any]) -> None:
        written = job.results.filter(outcome__in=WRITTEN)
        if options["dry_run"]:
            self.stdout.write(
                f"Dry run: the way back of {written.count()} prices would be planned; it is "
                "confirmed on its page. Nothing changed."
            )
            return
        undo = roll_back(job=job, actor_id=None)
        self.stdout.write(f"{JobKind.ROLLBACK.label} {undo.pk} is being planned; confirm its plan.")
