"""``manage.py print_shop open|check|rates``: ops' hand on print shops and their tables."""

import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orders.assortment.checking import problems_of
from orders.assortment.rates import Change, change_table, difference
from orders.assortment.tables import TABLES
from orders.contracts import Refused
from orders.forms.rate_lists import read_list
from orders.forms.shop import OpenForm
from orders.models import PrintShop
from orders.presenting.tables import ChangeRow
from orders.starting import StarterWish, open_print_shop

SHOWN = 50
_WISHES = tuple(OpenForm.base_fields)


class Command(BaseCommand):
    help = "Open a print shop, check what lacks in print shops, or import their rates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["open", "check", "rates"])
        parser.add_argument(
            "--shop", type=uuid.UUID, help="the shop's id; check: all when left out"
        )
        parser.add_argument("--table", choices=TABLES, default="shipping", help="rates only")
        parser.add_argument("--import", dest="file", type=Path, help="rates: a CSV file")
        parser.add_argument("--whole", action="store_true", help="rates: delete other rows")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        for name in _WISHES:
            parser.add_argument(f"--{name.replace('_', '-')}", default="", help="open only")

    def handle(self, verb: str, **options: Any) -> None:
        {"open": self._open, "check": self._check, "rates": self._rates}[verb](options)

    def _shop(self, options: dict[str, Any]) -> Any:
        if options["shop"] is None:
            message = "Which shop? Say its id with --shop."
            raise CommandError(message)
        shop = apps.get_model("shops", "Shop").objects.filter(pk=options["shop"]).first()
        if shop is None:
            message = f"There is no shop {options['shop']}."
            raise CommandError(message)
        return shop

    def _open(self, options: dict[str, Any]) -> None:
        shop = self._shop(options)
        form = OpenForm({name: options[name] or getattr(shop, name, "") for name in _WISHES})
        if not form.is_valid():
            said = "\n".join(
                f"  --{name.replace('_', '-')}: {' '.join(map(str, errors))}"
                for name, errors in form.errors.items()
            )
            message = f"Not opened:\n{said}"
            raise CommandError(message)
        try:
            with transaction.atomic():
                made = open_print_shop(
                    shop_id=shop.pk, wish=StarterWish(**form.cleaned_data), actor_id=None
                )
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {made.name} would be opened; nothing changed.")
        else:
            self.stdout.write(f"{made.name} is open, with a first assortment, rates and taxes.")

    def _check(self, options: dict[str, Any]) -> None:
        rows = PrintShop.objects.select_related("shop").order_by("name", "pk")
        if options["shop"]:
            rows = rows.filter(shop_id=self._shop(options).pk)
        blocked = 0
        found = list(rows)
        for each in found:
            gaps = problems_of(each)
            blocked += any(gap.blocks for gap in gaps)
            self.stdout.write(f"{each.shop_id}  {each.name}: {'' if gaps else 'ready'}".rstrip())
            for gap in gaps:
                self.stdout.write(f"  {'BLOCKS' if gap.blocks else 'note  '}  {gap.words}")
        if not found:
            self.stdout.write("There is no print shop.")
        if blocked:
            message = f"{blocked} of {len(found)} cannot sell all that they mean to."
            raise CommandError(message)

    def _rates(self, options: dict[str, Any]) -> None:
        shop = self._shop(options)
        table = TABLES[options["table"]]
        if options["file"] is None:
            for line in table.lines(shop.pk).values():
                self.stdout.write(",".join(line.values()))
            return
        try:
            with options["file"].open("rb") as file:
                read = read_list(file, table, currency=shop.currency)
        except OSError as error:
            message = f"{options['file']} cannot be read: {error.strerror}."
            raise CommandError(message) from error
        if read.problems:
            message = "Nothing was imported:\n" + "\n".join(f"  {each}" for each in read.problems)
            raise CommandError(message)
        changes = difference(table.lines(shop.pk), read.lines, whole=options["whole"])
        self._say(
            options, [ChangeRow.of(table, each, shop.currency) for each in changes[:SHOWN]], changes
        )
        if options["dry_run"] or not changes:
            return
        try:
            done = change_table(
                shop_id=shop.pk, table=table, changes=changes, verb="imported", actor_id=None
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{len(done.done)} rows were changed, {len(done.left)} left.")

    def _say(self, options: dict[str, Any], rows: list[ChangeRow], changes: list[Change]) -> None:
        for row in rows:
            values = ", ".join(
                f"{label} {old or 'nothing'} → {new or 'nothing'}" for label, old, new in row.values
            )
            self.stdout.write(f"  {row.kind:8}{row.where}, {row.what}: {values}")
        if len(changes) > len(rows):
            self.stdout.write(f"  and {len(changes) - len(rows)} more")
        if not changes:
            self.stdout.write("Nothing would change: the table is as the file says.")
        elif options["dry_run"]:
            self.stdout.write(f"Dry run: {len(changes)} rows would be changed; nothing changed.")
