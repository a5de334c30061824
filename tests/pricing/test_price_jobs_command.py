"""Ops' hand on price jobs: nothing without being told, the same refusals dry and wet."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from tests import factories
from tests.pricing.page_fixtures import catalogue, job_in

pytestmark = pytest.mark.django_db

S = PricingJobState


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


def said(verb: str, job: PricingJob, *options: str) -> str:
    out = StringIO()
    call_command("price_jobs", verb, str(job.pk), *options, stdout=out)
    return out.getvalue()


def state_of(job: PricingJob) -> str:
    return PricingJob.objects.get(pk=job.pk).state


def test_a_run_is_paused_and_resumed(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    job = job_in(S.RUNNING, connection, variants, owner, started_at=timezone.now())
    with pytest.raises(CommandError, match="only one that is paused is resumed"):
        said("resume", job, "--dry-run")
    assert "would be paused; nothing changed" in said("pause", job, "--dry-run")
    assert state_of(job) == S.RUNNING
    assert "Paused after the product" in said("pause", job)
    assert state_of(job) == S.PAUSED
    with pytest.raises(CommandError, match="only one that is running is paused"):
        said("pause", job)
    assert "would go on; nothing changed" in said("resume", job, "--dry-run")
    assert state_of(job) == S.PAUSED
    assert "goes on" in said("resume", job)
    assert state_of(job) == S.RUNNING


def test_a_scheduled_job_says_when_in_the_shops_zone(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    begin = dt.datetime(2030, 7, 1, 13, 0, tzinfo=dt.UTC)
    job = job_in(
        S.SCHEDULED,
        connection,
        variants,
        owner,
        run_at=begin,
        ends_at=begin + dt.timedelta(days=3),
        stale_rows=12,
    )
    shown = said("show", job)
    assert "begins Monday 1 July 2030, 09:00 EDT (America/Toronto), in" in shown
    assert "taken back by itself Thursday 4 July 2030, 09:00 EDT" in shown
    assert "12 planned prices were changed since the plan" in shown


def test_nobody_approves_or_confirms_from_here(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    job = job_in(
        S.AWAITING_APPROVAL, connection, variants, owner, approval_reasons=["It is too much."]
    )
    assert "needs approval until" in said("show", job)
    assert "It is too much." in said("show", job)
    for verb in ("approve", "confirm"):
        with pytest.raises(CommandError, match="invalid choice"):
            said(verb, job)
    assert state_of(job) == S.AWAITING_APPROVAL
