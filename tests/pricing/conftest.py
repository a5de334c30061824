"""A small shop at the sandbox, mirrored, and a desk to lead price jobs from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from catalog_sync.api import Selection
from config.demo.merchant import Merchant
from config.demo.pricing_jobs import EVERYTHING, Desk
from foundation.shops.models import Connection, Shop, User
from foundation.work.drain import drain_for
from foundation.work.enums import Group
from pricing.api import Action, Rule, simple_rule
from pricing.models import PricingJob
from pricing.services import plan_job, replan, roll_back
from tests.shopify_sandbox import behaving, connected, mirror, running_sandbox

TEN_PERCENT_OFF = simple_rule(Action.PERCENT, -10, step="0.05")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    """One sandbox for all tests of a process; prices move on from test to test."""
    state: Path = tmp_path_factory.mktemp("sandbox") / "state"
    with running_sandbox(state, "--products", "8", "--variants-per-product", "5") as merchant:
        yield merchant


@pytest.fixture
def merchant(sandbox: Merchant, settings: LazySettings) -> Iterator[Merchant]:
    """The merchant at a well-behaved sandbox with a full bucket."""
    with behaving(sandbox, settings):
        yield sandbox


@pytest.fixture
def connection(shop: Shop, merchant: Merchant) -> Connection:
    """The shop's account at the sandbox, mirrored."""
    made = connected(shop)
    mirror(made, merchant)
    return made


@pytest.fixture
def desk(connection: Connection, owner: User) -> "TestDesk":
    """Where price jobs are led from."""
    return TestDesk(connection, owner)


class TestDesk(Desk):
    """A desk whose work is done on the spot, in this process."""

    __test__ = False

    def plan(
        self,
        name: str = "Ten percent off",
        *rules: Rule,
        selection: Selection = EVERYTHING,
        **options: Any,
    ) -> PricingJob:
        job = plan_job(
            shop_id=self.shop_id,
            connection_id=self.connection.pk,
            name=name,
            selection=selection,
            rules=rules or (TEN_PERCENT_OFF,),
            actor_id=self.person.pk,
            **options,
        )
        work(Group.HEAVY)
        job.refresh_from_db()
        return job

    def plan_rollback(self, job: PricingJob, result_ids: Sequence[int] | None = None) -> PricingJob:
        undo = roll_back(job=job, actor_id=self.person.pk, result_ids=result_ids)
        work(Group.HEAVY)
        undo.refresh_from_db()
        return undo

    def replan(self, job: PricingJob) -> PricingJob:
        replan(job=job, actor_id=self.person.pk)
        work(Group.HEAVY)
        job.refresh_from_db()
        return job

    def run(self, job: PricingJob, *, seconds: float = 30.0) -> PricingJob:
        del seconds  # each group's turn is bounded
        self.confirm(job)
        work(Group.HEAVY, Group.REMOTE)
        job.refresh_from_db()
        return job


def work(*groups: Group) -> None:
    """Do what is due in these groups."""
    for group in groups:
        drain_for(group, 30.0)
