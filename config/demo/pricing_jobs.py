"""A price job from beginning to end, as a person at the pages would lead it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant, PriceTag
from config.demo.waiting import wait_until
from foundation.shops.models import Connection, User
from pricing.api import PricingJobState, Rule, confirm, plan_job, roll_back
from pricing.enums import FINISHED
from pricing.models import PlannedChange, PricingJob

PLAN_SECONDS = 60.0
EVERYTHING = Selection(all=True)
RUN_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the person sits: a shop's connection, and who they are."""

    connection: Connection
    person: User

    @property
    def shop_id(self) -> UUID:
        """The shop."""
        return self.connection.shop_id

    @classmethod
    def at(cls, account: str = "demo-shop.myshopify.com") -> "Desk":
        """Sit down at the owner's desk of the shop connected to ``account``."""
        connection = Connection.objects.select_related("shop").get(account=account)
        person = User.objects.get(memberships__shop=connection.shop, memberships__role="owner")
        return cls(connection, person)

    def plan(
        self, name: str, *rules: Rule, selection: Selection = EVERYTHING, **options: Any
    ) -> PricingJob:
        """Ask for a plan and wait for it; ``options`` are those of ``plan_job``."""
        job = plan_job(
            shop_id=self.shop_id,
            connection_id=self.connection.pk,
            name=name,
            selection=selection,
            rules=rules,
            actor_id=self.person.pk,
            **options,
        )
        return planned(job)

    def confirm(self, job: PricingJob) -> None:
        """Confirm the plan as it was seen."""
        confirm(job=job, plan_hash=job.plan_hash, actor_id=self.person.pk)

    def run(self, job: PricingJob, *, seconds: float = RUN_SECONDS) -> PricingJob:
        """Confirm a plan and wait for the run's end."""
        self.confirm(job)
        return finished(job, seconds=seconds)

    def plan_rollback(self, job: PricingJob, result_ids: Sequence[int] | None = None) -> PricingJob:
        """Ask for the way back, of some rows or all, and wait for its plan."""
        return planned(roll_back(job=job, actor_id=self.person.pk, result_ids=result_ids))


def planned(job: PricingJob) -> PricingJob:
    """Wait until a job has its plan."""
    return _in_state(job, {PricingJobState.PLANNED}, PLAN_SECONDS)


def finished(job: PricingJob, *, seconds: float = RUN_SECONDS) -> PricingJob:
    """Wait until a job has ended, however."""
    return _in_state(job, set(FINISHED), seconds)


def _in_state(job: PricingJob, states: set[PricingJobState], seconds: float) -> PricingJob:
    wanted = " or ".join(sorted(states))
    found: PricingJob = wait_until(
        lambda: PricingJob.objects.filter(pk=job.pk, state__in=states).first(),
        f"price job {job.pk} to be {wanted}",
        seconds=seconds,
    )
    return found


def goals(job: PricingJob) -> dict[int, PriceTag]:
    """Return what the plan wants each variant to cost, by the vendor's id."""
    rows = PlannedChange.objects.filter(job=job, skip="").values_list(
        "variant_vendor_id", "target_price", "target_compare_at"
    )
    return {vendor_id: (price, compare_at) for vendor_id, price, compare_at in rows}


def expected_after(before: dict[int, PriceTag], job: PricingJob) -> dict[int, PriceTag]:
    """Return the whole shop's prices when everything in the plan was written and nothing else."""
    return {**before, **goals(job)}


def await_mirror(desk: Desk, merchant: Merchant) -> None:
    """Wait until the mirror knows every price of the shop, as edits by hand reach it by webhook."""
    wait_until(
        lambda: mirrored_prices(desk.connection) == merchant.prices(),
        "the mirror to know every price",
        every=0.5,
    )


def mirrored_prices(connection: Connection) -> dict[int, PriceTag]:
    """Return what the mirror thinks each variant costs, by the vendor's id."""
    rows = Variant.objects.filter(connection=connection, deleted_at=None)
    return {
        vendor_id: (price, compare_at)
        for vendor_id, price, compare_at in rows.values_list("vendor_id", "price", "compare_at")
    }


def variants_of(connection: Connection) -> int:
    """Count the mirrored variants of a connection."""
    return Variant.objects.filter(connection=connection, deleted_at=None).count()
