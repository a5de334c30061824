"""A small shop at the sandbox, mirrored, and a desk to lead campaigns from."""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.utils import timezone

from campaigns import pending
from campaigns.api import CampaignSpec, activate, create, read_triggers
from campaigns.enums import MoveCause
from campaigns.models import Campaign, CampaignMove
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.api import Action, Rule, simple_rule
from tests.pricing.conftest import work
from tests.shopify_sandbox import behaving, connected, mirror, running_sandbox

LOW = [{"kind": "stock_below", "threshold": 5, "margin": 1}]
TENTH_UP = simple_rule(Action.PERCENT, 10)
EVERYTHING = Selection(all=True)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    """One sandbox for all tests of a process; the shop moves on from test to test."""
    state: Path = tmp_path_factory.mktemp("sandbox") / "state"
    with running_sandbox(state, "--products", "4", "--variants-per-product", "3") as merchant:
        yield merchant


@pytest.fixture
def merchant(sandbox: Merchant, settings: LazySettings) -> Iterator[Merchant]:
    """The merchant at a well-behaved sandbox with a full bucket."""
    settings.PUBLIC_URL = "https://backroom.example"
    settings.CAMPAIGNS_MOMENT_MS = 0
    with behaving(sandbox, settings):
        yield sandbox


@pytest.fixture
def connection(shop: Shop, merchant: Merchant) -> Connection:
    """The shop's account at the sandbox, mirrored."""
    made = connected(shop)
    mirror(made, merchant)
    return made


@pytest.fixture
def desk(connection: Connection, owner: User) -> "CampaignDesk":
    """Where campaigns are led from."""
    return CampaignDesk(connection, owner)


@dataclass(frozen=True)
class CampaignDesk:
    """Where the person sits; work is done on the spot, in this process."""

    connection: Connection
    person: User

    @property
    def shop_id(self) -> UUID:
        """The shop."""
        return self.connection.shop_id

    @property
    def variants(self) -> list[Variant]:
        """All variants of the shop, in the order of the vendor's ids."""
        return list(Variant.objects.for_shop(self.shop_id).order_by("vendor_id"))

    def draft(
        self,
        name: str = "Low stock",
        *,
        selection: Selection = EVERYTHING,
        triggers: Sequence[dict[str, Any]] = LOW,
        rules: Sequence[Rule] = (TENTH_UP,),
        **options: Any,
    ) -> Campaign:
        """Make a campaign in draft."""
        return create(
            shop_id=self.shop_id,
            connection_id=self.connection.pk,
            spec=CampaignSpec(
                name=name,
                selection=selection,
                triggers=read_triggers(list(triggers)),
                rules=tuple(rules),
                **options,
            ),
            actor_id=self.person.pk,
        )

    def start(self, name: str = "Low stock", **options: Any) -> Campaign:
        """Make a campaign and let it begin."""
        campaign = activate(campaign=self.draft(name, **options), actor_id=self.person.pk)
        work_off()
        campaign.refresh_from_db()
        return campaign

    def stock(self, levels: dict[int, int | None]) -> None:
        """Let the mirror know other totals, as webhooks would, by the variants' vendor ids."""
        moved = []
        for vendor_id, stock in levels.items():
            variant = Variant.objects.get(connection=self.connection, vendor_id=vendor_id)
            Variant.objects.filter(pk=variant.pk).update(stock=stock)
            moved.append(variant.pk)
        pending.note(
            shop_id=self.shop_id,
            connection_id=self.connection.pk,
            causes=dict.fromkeys(moved, MoveCause.STOCK),
        )
        work_off()


def work_off() -> None:
    """Do all that is due, of every group, and what waits a few seconds for points, too."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        work(Group.FAST, Group.HEAVY, Group.REMOTE)
        soon = timezone.now() + dt.timedelta(seconds=8)
        if not Job.objects.filter(state="queued", run_after__lte=soon).exists():
            return
        time.sleep(0.05)
    message = "The queues do not come to rest."
    raise AssertionError(message)


def moves_of(campaign: Campaign) -> list[tuple[int, str, str]]:
    """Return what happened: the variant's vendor id, the kind and the cause, in order."""
    rows = CampaignMove.objects.filter(campaign=campaign).order_by("pk")
    return list(rows.values_list("variant__vendor_id", "kind", "cause"))
