"""``manage.py export_csv <exporter> --shop …``: ask for a file from the command line."""

import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.exports.contracts import InvalidExport
from foundation.exports.enums import UNFINISHED, ExportState
from foundation.exports.models import ExportJob
from foundation.exports.options import chosen, columns_of
from foundation.exports.registry import exporter_named, known_exporters
from foundation.exports.services import start_export
from foundation.exports.statements import count_statement
from foundation.exports.writing import snapshot

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = "Ask for a CSV file; the workers make it, the shop's export page offers it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("exporter", help=f"one of: {', '.join(known_exporters())}")
        parser.add_argument("--shop", type=uuid.UUID, required=True, help="the shop's id")
        parser.add_argument("--param", action="append", default=[], help="a filter: name=value")
        parser.add_argument("--columns", default="", help="names with commas, in the wanted order")
        parser.add_argument("--bom", action="store_true", help="with a byte order mark, for Excel")
        parser.add_argument("--wait", action="store_true", help="until it has ended")
        parser.add_argument("--seconds", type=float, default=600.0, help="wait at most so long")
        parser.add_argument("--dry-run", action="store_true", help="count the rows, start nothing")

    def handle(self, exporter: str, **options: Any) -> None:
        params = dict(pair.partition("=")[::2] for pair in options["param"])
        columns = options["columns"].split(",")
        if options["dry_run"]:
            self._count(exporter, options["shop"], params, columns)
            return
        try:
            export = start_export(
                shop_id=options["shop"],
                exporter=exporter,
                params=params,
                actor_id=None,
                columns=columns,
                bom=options["bom"],
            )
        except InvalidExport as invalid:
            raise CommandError(str(invalid)) from invalid
        self.stdout.write(f"Export {export.pk} is queued.")
        if options["wait"]:
            self._wait(export, options["seconds"])

    def _count(
        self, name: str, shop_id: uuid.UUID, params: dict[str, str], wanted: list[str]
    ) -> None:
        exporter = exporter_named(name)
        if exporter is None:
            message = f"There is no export called {name}. Known: {', '.join(known_exporters())}."
            raise CommandError(message)
        try:
            options = chosen(exporter, wanted, bom=False)
            cleaned = exporter.clean(shop_id, params)
        except InvalidExport as invalid:
            raise CommandError(str(invalid)) from invalid
        with snapshot("UTC") as view:
            rows = view.count(count_statement(exporter, shop_id, cleaned))
        columns = ", ".join(column.name for column in columns_of(exporter, options))
        self.stdout.write(f"Dry run: {rows:,} rows of {columns}; nothing started.")

    def _wait(self, export: ExportJob, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while export.state in UNFINISHED:
            if time.monotonic() > ends:
                message = f"Not ended after {seconds:.0f} s; it goes on. Do the workers run?"
                raise CommandError(message)
            time.sleep(LOOK_SECONDS)
            export.refresh_from_db()
        if export.state != ExportState.DONE:
            message = f"The export is {export.get_state_display().lower()}: {export.error}"
            raise CommandError(message)
        self.stdout.write(
            f"{export.processed_records:,} rows, {export.byte_size:,} bytes, sha256 "
            f"{export.sha256}: {export.file_url}"
        )
