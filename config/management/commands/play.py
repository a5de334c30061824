import json
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo import flows

# Importing a story registers its flows; they are played in this order.
STORIES = ("prices", "price_rules", "price_agreements", "webhooks", "campaigns", "prints")


class Command(BaseCommand):
    help = "Play the story of the towers against the running demo and say how each flow went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object per flow.")
        parser.add_argument("--flow", action="append", help="Only this flow; may be repeated.")

    def handle(self, **options: Any) -> None:
        for story in STORIES:
            import_module(f"config.demo.{story}")
        wanted = options["flow"] or flows.names()
        unknown = sorted(set(wanted) - set(flows.names()))
        if unknown:
            known = ", ".join(flows.names())
            message = f"There is no flow {', '.join(unknown)}. There are: {known}."
            raise CommandError(message)
        failed = []
        for name in wanted:
            told = flows.play(name)
            line = json.dumps(told.as_json(), default=str)
            self.stdout.write(line if options["json"] else f"{told.flow} ok={told.ok} {told.facts}")
            self.stdout.flush()
            if not told.ok:
                failed.append(name)
        if failed:
            message = f"Failed: {', '.join(failed)}"
            raise CommandError(message)
