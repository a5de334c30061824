"""``manage.py campaigns list|show|pause|resume|end|rollback|evaluate``: ops' hand on campaigns.

To activate and to schedule is people's business, on the campaign's page.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from campaigns import services
from campaigns.enums import OVER, CampaignState
from campaigns.management.showing import details_of, line_of
from campaigns.models import Campaign
from campaigns.queries.taking_back import taking_back
from pricing.api import IllegalMove, Refused

LISTED = 50
EXPLAINED = ("pause", "end", "rollback")


class Command(BaseCommand):
    help = (
        "List, show, pause, resume, end or roll back campaigns; have their variants evaluated "
        "again. --dry-run says what would be done, refuses what would be refused, changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["list", *self._verbs(), "evaluate"])
        parser.add_argument("campaign", nargs="?", type=UUID, help="its id; not for list")
        parser.add_argument("--shop", type=UUID, help="list only: campaigns of this shop")
        parser.add_argument("--state", choices=CampaignState.values, help="list only")
        parser.add_argument(
            "--connection", type=UUID, help="evaluate only: what is active on this connection"
        )
        parser.add_argument(
            "--all", action="store_true", help="evaluate only: what is active on every connection"
        )
        parser.add_argument(
            "--reason", default="", help=f"{', '.join(EXPLAINED)} only: why, for the record"
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, verb: str, **options: Any) -> None:
        if options["reason"] and verb not in EXPLAINED:
            message = f"A reason is kept of {', '.join(EXPLAINED)}; leave it out of {verb}."
            raise CommandError(message)
        if verb == "list":
            self._list(options)
        elif verb == "evaluate":
            self._evaluate(options)
        else:
            campaign = self._named(verb, options["campaign"])
            try:
                # A dry run does it and takes it back, so that both are refused alike.
                with transaction.atomic():
                    self._verbs()[verb](campaign, options)
                    transaction.set_rollback(options["dry_run"])
            except (Refused, IllegalMove) as refused:
                raise CommandError(str(refused)) from refused

    def _verbs(self) -> dict[str, Callable[[Campaign, dict[str, Any]], None]]:
        return {
            "show": self._show,
            "pause": self._pause,
            "resume": self._resume,
            "end": self._end,
            "rollback": self._roll_back,
        }

    def _named(self, verb: str, campaign_id: UUID | None) -> Campaign:
        if campaign_id is None:
            message = f"Which campaign? campaigns {verb} <id>; `list` shows the ids."
            raise CommandError(message)
        rows = Campaign.objects.select_related("shop", "connection", "layer")
        campaign: Campaign | None = rows.filter(pk=campaign_id).first()
        if campaign is None:
            message = f"There is no campaign {campaign_id}."
            raise CommandError(message)
        return campaign

    def _list(self, options: dict[str, Any]) -> None:
        rows = Campaign.objects.select_related("shop").order_by("-created_at", "-id")
        if options["shop"]:
            rows = rows.filter(shop_id=options["shop"])
        if options["state"]:
            rows = rows.filter(state=options["state"])
        found = list(rows[: LISTED + 1])
        for campaign in found[:LISTED]:
            self.stdout.write(line_of(campaign))
        if not found:
            self.stdout.write("No campaigns.")
        if len(found) > LISTED:
            self.stdout.write(f"These are the latest {LISTED}; --shop and --state narrow the list.")

    def _show(self, campaign: Campaign, _options: dict[str, Any]) -> None:
        self.stdout.write(line_of(campaign))
        for said in details_of(campaign, timezone.now()):
            self.stdout.write(f"  {said}")

    def _pause(self, campaign: Campaign, options: dict[str, Any]) -> None:
        services.pause(campaign=campaign, actor_id=None, reason=options["reason"])
        self._say(
            campaign,
            options,
            would="would be paused: its prices would stay as they are",
            done="Paused. Its prices stay as they are; `resume` goes on.",
        )

    def _resume(self, campaign: Campaign, options: dict[str, Any]) -> None:
        services.resume(campaign=campaign, actor_id=None)
        self._say(
            campaign,
            options,
            would=f"would go on: {campaign.variants_total:,} variants would be evaluated",
            done=f"It goes on; {campaign.variants_total:,} variants are evaluated.",
        )

    def _end(self, campaign: Campaign, options: dict[str, Any]) -> None:
        prices = self._prices(campaign)
        services.end(campaign=campaign, actor_id=None, reason=options["reason"])
        self._say(
            campaign,
            options,
            would=f"would end: {prices} would go back",
            done=f"Ended. {prices} go back.",
        )

    def _roll_back(self, campaign: Campaign, options: dict[str, Any]) -> None:
        prices = self._prices(campaign)
        services.roll_back(campaign=campaign, actor_id=None, reason=options["reason"])
        self._say(
            campaign,
            options,
            would=f"would be rolled back: {prices} would go back",
            done=f"Rolling back: {prices} go back; it is rolled back when the last is written.",
        )

    def _prices(self, campaign: Campaign) -> str:
        """Say how many prices change when the campaign's are taken away."""
        if campaign.state in OVER:
            return "no prices"
        found = taking_back(campaign, now=timezone.now(), shown=0)
        count = f"{found.changes:,}{' or more' if found.more else ''}"
        return f"{count} price{'' if count == '1' else 's'}"

    def _say(self, campaign: Campaign, options: dict[str, Any], *, would: str, done: str) -> None:
        if options["dry_run"]:
            done = f"Dry run: {line_of(campaign)} {would}; nothing changed."
        self.stdout.write(done)

    def _evaluate(self, options: dict[str, Any]) -> None:
        found = self._meant(options)
        if not found:
            raise CommandError("Nothing is active there, so there is nothing to evaluate.")
        noted = 0
        for shop_id, connection_id in found:
            with transaction.atomic():
                noted += services.evaluate_again(
                    shop_id=shop_id, connection_id=connection_id, campaign_id=options["campaign"]
                )
                transaction.set_rollback(options["dry_run"])
        said = f"{noted:,} variant{'' if noted == 1 else 's'}"
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {said} would be evaluated again; nothing changed.")
        else:
            self.stdout.write(f"{said} wait to be evaluated; the workers do it piece by piece.")

    def _meant(self, options: dict[str, Any]) -> list[tuple[UUID, UUID]]:
        """Return the shops and connections with active campaigns that are meant."""
        rows = Campaign.objects.filter(state=CampaignState.ACTIVE)
        if options["campaign"]:
            rows = rows.filter(pk=self._named("evaluate", options["campaign"]).pk)
        elif options["connection"]:
            rows = rows.filter(connection_id=options["connection"])
        elif not options["all"]:
            raise CommandError("Which? A campaign's id, --connection <id>, or --all.")
        pairs = rows.order_by("connection_id").values_list("shop_id", "connection_id")
        return list(pairs.distinct())
