"""``manage.py price_lists list|show|delete|prune``: ops' hand on uploaded price lists."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pricing.enums import LineVerdict, PriceFileState
from pricing.models import PriceFile
from pricing.queries.lists import price_lists_of_all, reading_of, unused_lists
from pricing.services import Refused, delete_list, delete_stray_files, stray_files

LISTED = 50
DAYS = 90


class Command(BaseCommand):
    help = "List, show, delete or prune uploaded price lists. --dry-run shows what would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", "show", "delete", "prune"])
        parser.add_argument("file", nargs="?", type=UUID, help="its id; for show and delete")
        parser.add_argument("--shop", type=UUID, help="list, prune: lists of this shop only")
        parser.add_argument("--state", choices=PriceFileState.values, help="list only")
        parser.add_argument("--days", type=int, default=DAYS, help="prune: unused for so long")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, verb: str, **options: Any) -> None:
        if verb in ("list", "prune"):
            {"list": self._list, "prune": self._prune}[verb](options)
            return
        if options["file"] is None:
            message = f"Which list? price_lists {verb} <id>; `list` shows the ids."
            raise CommandError(message)
        file = price_lists_of_all().filter(pk=options["file"]).first()
        if file is None:
            message = f"There is no price list {options['file']}."
            raise CommandError(message)
        {"show": self._show, "delete": self._delete}[verb](file, options)

    def _list(self, options: dict[str, Any]) -> None:
        rows = price_lists_of_all(options["shop"]).order_by("-uploaded_at", "-id")
        if options["state"]:
            rows = rows.filter(state=options["state"])
        found = list(rows[:LISTED])
        for file in found:
            self.stdout.write(self._line(file))
        if not found:
            self.stdout.write("No price lists.")

    def _line(self, file: PriceFile) -> str:
        taken = file.counts.get(LineVerdict.TAKEN, 0)
        state = f"{file.get_state_display():10}"
        return f"{file.pk}  {state} {file.shop.name}: {file.name} ({taken} of {file.lines} taken)"

    def _show(self, file: PriceFile, _options: dict[str, Any]) -> None:
        self.stdout.write(self._line(file))
        by = file.uploaded_by or "the system"
        self.stdout.write(f"  {file.uploaded_at:%Y-%m-%d %H:%M:%SZ} {file.size} bytes by {by}")
        self.stdout.write(f"  used by {file.jobs.count()} price jobs")
        for verdict in LineVerdict:
            if count := file.counts.get(verdict):
                self.stdout.write(f"  {count} {verdict}: {verdict.label}")
        if file.error:
            self.stdout.write(f"  {file.error}")
        reading = reading_of(file)
        if reading is not None:
            self.stdout.write(
                f"  job #{reading.work_job_id} {reading.state}: {reading.done} of {reading.total}"
                f" bytes {reading.cause}".rstrip()
            )

    def _delete(self, file: PriceFile, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {self._line(file)} would be deleted; nothing changed.")
            return
        try:
            delete_list(file=file, actor_id=None)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("Deleted.")

    def _prune(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        before = now - dt.timedelta(days=options["days"])
        files = list(unused_lists(before, options["shop"]))
        strays = list(stray_files(before=now - dt.timedelta(days=1)))
        what = f"{len(files)} unused lists older than {options['days']} days and {len(strays)} "
        what += "stored files of no list"
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {what} would be deleted; nothing changed.")
            return
        deleted = 0
        for file in files:
            try:
                delete_list(file=file, actor_id=None)
            except Refused:
                # A job was planned with it in this moment.
                continue
            deleted += 1
        delete_stray_files(strays)
        self.stdout.write(f"{deleted} lists and {len(strays)} files of no list were deleted.")
