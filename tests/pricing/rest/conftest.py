"""A small catalogue in the database alone, and the programs of the shop's people."""

from typing import Any

import pytest

from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from tests import factories
from tests.pricing.page_fixtures import HASH, catalogue, job_in
from tests.rest.conftest import Caller, program_of

JOBS = "/api/pricing-jobs/"
PREVIEW = "/api/pricing-jobs/preview/"
TEN_OFF: dict[str, Any] = {"action": {"kind": "percent", "value": "-10"}}
WISH: dict[str, Any] = {"selection": {"all": True}, "rules": [TEN_OFF]}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


CONFIRM = {"plan_hash": HASH}


def address(job: PricingJob, verb: str = "") -> str:
    """Return where a job is, or one of its verbs or tables."""
    return f"{JOBS}{job.pk}/" + (f"{verb}/" if verb else "")


def state_of(job: PricingJob) -> str:
    """Return what its row says now."""
    job.refresh_from_db()
    return job.state


def work_names() -> list[str]:
    """Return what was handed to workers, oldest first."""
    return list(Job.objects.order_by("pk").values_list("name", flat=True))


def moved(job: PricingJob, state: PricingJobState, **columns: Any) -> PricingJob:
    """Put a job into a state behind the code's back."""
    PricingJob.objects.filter(pk=job.pk).update(state=state, **columns)
    job.refresh_from_db()
    return job


def pointers(problem: dict[str, Any]) -> list[str]:
    """Return the places that a problem names."""
    return [each["pointer"] for each in problem["errors"]]


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    """Three products of two variants: 10.00, 10.00, 20.00, 20.00, 30.00, 30.00."""
    return catalogue(connection)


@pytest.fixture
def editor(colleague: User) -> Caller:
    """An editor's program."""
    return program_of(colleague)


@pytest.fixture
def viewer(shop: Shop) -> Caller:
    """A viewer's program."""
    return program_of(factories.member("vera.viewer@example.com", shop, Role.VIEWER))


@pytest.fixture
def approver(shop: Shop) -> Caller:
    """An approver's program."""
    return program_of(factories.member("anna.approver@example.com", shop, Role.APPROVER))


@pytest.fixture
def intruder(stranger: User) -> Caller:
    """The program of an owner of another shop."""
    return program_of(stranger)


@pytest.fixture
def planned(connection: Connection, variants: list[Variant], colleague: User) -> PricingJob:
    """A plan over everything, asked for by the editor."""
    return job_in(PricingJobState.PLANNED, connection, variants, colleague)
