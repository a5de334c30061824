"""The whole stack with a shop that was imported, and campaigns in it: what claims begin with."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import django

from bench.memory import peak_mb
from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.models import Campaign
    from config.demo.merchant import Merchant
    from config.demo.pricing_jobs import Desk

DOMAIN = "demo-shop.myshopify.com"
WORKERS = ("worker-fast", "worker-remote", "worker-heavy")
SERVICES = frozenset({"sandbox", "web", *WORKERS, "beat"})
IMPORT_SECONDS = 300.0
REST_SECONDS = 0.3
"""How long a quiet house must stay so."""


@contextmanager
def django_on(options: Options) -> Iterator[Stack]:
    """Put a stack up and be its Django; a process can be that of one stack only."""
    with Stack(options) as stack:
        os.environ.update(stack.environment)
        django.setup()
        yield stack


@contextmanager
def open_house(*, products: int, each: int) -> Iterator[House]:
    """Put everything up, with so many products of ``each`` variants, and import the shop.

    The vendor's budget is out of the way: it restores a thousand times the points.
    """
    options = Options(
        services=SERVICES,
        sandbox_arguments=(
            *("--products", str(products)),
            *("--variants-per-product", str(each)),
            *("--points-factor", "1000"),
        ),
    )
    with django_on(options) as stack:
        from catalog_sync.api import start_full_sync  # noqa: PLC0415 -- Django is set up only now
        from config.demo.merchant import Merchant  # noqa: PLC0415 -- likewise
        from config.demo.pricing_jobs import Desk  # noqa: PLC0415 -- likewise
        from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
        from foundation.work.models import Job  # noqa: PLC0415 -- likewise

        stack.run_manage("seed_demo", "--json")
        house = House(stack, Desk.at(DOMAIN), Merchant(DOMAIN))
        job = Job.objects.filter(
            pk=start_full_sync(house.desk.connection.pk, house.desk.person.pk), state="done"
        )
        wait_until(job.exists, "the import", seconds=IMPORT_SECONDS)
        yield house


@dataclass(frozen=True, slots=True)
class House:
    """A stack, the desk of its shop's owner, and what the merchant does at Shopify."""

    stack: Stack
    desk: Desk
    merchant: Merchant

    def workers_mb(self) -> float:
        """Return the most memory that the workers had together."""
        return peak_mb(pid for name in WORKERS for pid in self.stack.supervisor.pids(name))

    def low_stock(
        self, name: str, *, threshold: int, percent: int, priority: int = 100
    ) -> Campaign:
        """Let a campaign over everything change prices where the stock is low; wait for it."""
        from campaigns.api import (  # noqa: PLC0415 -- Django is set up only now
            CampaignSpec,
            activate,
            create,
            read_triggers,
        )
        from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
        from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise

        campaign = create(
            shop_id=self.desk.shop_id,
            connection_id=self.desk.connection.pk,
            spec=CampaignSpec(
                name=name,
                selection=Selection(all=True),
                triggers=read_triggers([{"kind": "stock_below", "threshold": threshold}]),
                rules=(simple_rule(Action.PERCENT, percent),),
                priority=priority,
            ),
            actor_id=self.desk.person.pk,
        )
        activate(campaign=campaign, actor_id=self.desk.person.pk)
        self.await_quiet()
        campaign.refresh_from_db()
        assert campaign.settled_at is not None, "the campaign is not settled"
        return campaign

    def await_quiet(self, *, seconds: float = 120.0) -> None:
        """Wait until no job is due or running."""
        from config.demo.waiting import wait_until  # noqa: PLC0415 -- Django is set up only now

        def still_rests() -> bool:
            if not _rests():
                return False
            time.sleep(REST_SECONDS)
            return _rests()

        wait_until(still_rests, "a quiet house", seconds=seconds)


def _rests() -> bool:
    from django.utils import timezone  # noqa: PLC0415 -- Django is set up only now

    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    soon = timezone.now() + timedelta(seconds=5)
    busy = Job.objects.filter(state__in=("running", "waiting")).exists()
    return not busy and not Job.objects.filter(state="queued", run_after__lte=soon).exists()
