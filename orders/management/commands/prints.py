"""``manage.py prints stuck|render|zip``: ops' hand on what is paid and has to be printed."""

import datetime as dt
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from foundation.zones import moment_in
from orders.contracts import Refused
from orders.enums import OrderStatus, RenderKind, RenderStatus
from orders.models import Order, PrintShop, RenderJob
from orders.packing.batches import Files, ask_batch
from orders.queries.attention import LATE
from orders.queries.production import blocks_of, into_production_on, stuck
from orders.renders.finalising import render_again
from orders.sales.producing import missing_prints, order_paid


class Command(BaseCommand):
    help = (
        "Say which paid orders are not in production and why; have print files made again; have a "
        "day's prints packed into a zip. --dry-run says what would be done and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", type=UUID, help="its id; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        verbs = parser.add_subparsers(dest="verb", required=True)
        found = verbs.add_parser("stuck", help="paid orders that are not in production")
        found.add_argument(
            "--minutes",
            type=int,
            default=int(LATE.total_seconds()) // 60,
            help="paid longer ago than this",
        )
        again = verbs.add_parser("render", help="make print files, of an order or one render")
        again.add_argument("what", help="an order's number or id, or a render's id")
        again.add_argument(
            "--again", action="store_true", help="also what failed for good, with all attempts"
        )
        packed = verbs.add_parser("zip", help="pack what went into production on a day")
        packed.add_argument("day", type=dt.date.fromisoformat, help="by the shop's calendar")
        packed.add_argument("--files", choices=Files.values, default=Files.PDF.value)
        for each in (found, again, packed):
            # Said before or after the verb, it means the same.
            each.add_argument("--shop", type=UUID, default=None, dest="shop_after")
            each.add_argument("--dry-run", action="store_true", dest="dry_after")

    def handle(self, verb: str, **options: Any) -> None:
        options["shop"] = options["shop_after"] or options["shop"]
        options["dry_run"] = options["dry_after"] or options["dry_run"]
        try:
            {"stuck": self._stuck, "render": self._render, "zip": self._zip}[verb](options)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _shop(self, options: dict[str, Any]) -> Any:
        rows = PrintShop.objects.select_related("shop").order_by("name")
        if options["shop"]:
            rows = rows.filter(shop_id=options["shop"])
        found: Sequence[PrintShop] = list(rows[:20])
        if len(found) == 1:
            return found[0].shop
        names = "; ".join(f"{each.shop_id} {each.name}" for each in found)
        message = f"Which shop? --shop ID of: {names}" if found else "There is no such print shop."
        raise CommandError(message)

    def _stuck(self, options: dict[str, Any]) -> None:
        orders = stuck(options["shop"], older_than=dt.timedelta(minutes=options["minutes"]))
        blocks = blocks_of(orders)
        now = timezone.now()
        for order in orders:
            minutes = int((now - (order.paid_at or now)).total_seconds()) // 60
            self.stdout.write(
                f"{order.pk}  {order.shop.name} {order}: paid {minutes:,} min ago. "
                f"{blocks[order.pk].words}"
            )
            for render_id in blocks[order.pk].renders:
                self.stdout.write(f"  prints render {render_id} --again")
        if not orders:
            self.stdout.write("Every paid order is in production.")

    def _render(self, options: dict[str, Any]) -> None:
        render = self._named_render(options["what"])
        if render is not None:
            self._render_one(render, options)
            return
        order = self._order(options)
        if order.status in (OrderStatus.DRAFT, OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELED):
            message = f"Order {order} is {order.get_status_display().lower()}: nothing is printed."
            raise CommandError(message)
        missing = missing_prints(order.pk)
        failed = RenderJob.objects.filter(
            version_id__in=[line.version_id for line in missing],
            kind=RenderKind.PRINT,
            status=RenderStatus.FAILED,
        )
        if failed.exists() and not options["again"]:
            message = "Some of its prints have failed; --again gives them all attempts once more."
            raise CommandError(message)
        count = len(missing)
        if not options["dry_run"] and count:
            order_paid(order_id=order.pk)
        would = "would be" if options["dry_run"] else "are"
        said = "All its print files are there." if not count else f"{count} {would} made."
        self.stdout.write(f"Order {order}: {said}")

    def _named_render(self, what: str) -> RenderJob | None:
        try:
            return RenderJob.objects.filter(pk=UUID(what)).first()
        except ValueError:
            return None

    def _render_one(self, render: RenderJob, options: dict[str, Any]) -> None:
        if not options["again"]:
            message = f"It is {render.get_status_display().lower()}; --again makes it once more."
            raise CommandError(message)
        # A dry run does it and takes it back, so that both are refused alike.
        with transaction.atomic():
            render_again(render_id=render.pk)
            transaction.set_rollback(options["dry_run"])
        self.stdout.write("It would be made again." if options["dry_run"] else "It is made again.")

    def _order(self, options: dict[str, Any]) -> Order:
        what = options["what"].removeprefix("#")
        try:
            rows = Order.objects.filter(pk=UUID(what))
        except ValueError:
            if not (what.isascii() and what.isdigit()):
                message = f"{what!r} is neither an order's number nor an id."
                raise CommandError(message) from None
            rows = Order.objects.for_shop(self._shop(options).pk).filter(number=int(what))
        order: Order | None = rows.first()
        if order is None:
            message = f"There is no order or render {what}."
            raise CommandError(message)
        return order

    def _zip(self, options: dict[str, Any]) -> None:
        shop = self._shop(options)
        day: dt.date = options["day"]
        since, until = (
            moment_in(shop.timezone, dt.datetime.combine(each, dt.time()))
            for each in (day, day + dt.timedelta(days=1))
        )
        orders = list(into_production_on(shop.pk, since, until))
        numbers = ", ".join(str(order) for order in orders) or "no order"
        if options["dry_run"]:
            self.stdout.write(f"{len(orders)} orders would be packed: {numbers}")
            return
        batch = ask_batch(
            shop_id=shop.pk,
            order_ids=[order.pk for order in orders],
            files=Files(options["files"]),
            actor_id=None,
        )
        self.stdout.write(
            f"{len(orders)} orders are packed: {numbers}\n"
            f"/fulfilment/zips/{batch.pk}/ shows how far it is; job #{batch.work_job_id}"
        )
