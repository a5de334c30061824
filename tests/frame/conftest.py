"""Browsers of the people of a shop, and jobs to look at."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from foundation.work.enums import Group, JobState
from foundation.work.models import Job
from tests import factories

MakeJob = Callable[..., Job]


@pytest.fixture
def browser(owner: User, shop: Shop) -> Client:
    """The owner, logged in."""
    assert shop.memberships.get().user == owner
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def browser_of(shop: Shop) -> Callable[[Role], Client]:
    """Make the browser of a person with a role."""

    def make(role: Role) -> Client:
        client = Client()
        client.force_login(factories.member(f"{role}@example.com", shop, role))
        return client

    return make


@pytest.fixture
def make_job(shop: Shop) -> MakeJob:
    """Make a job of the shop in any state."""

    def make(state: JobState = JobState.QUEUED, **columns: object) -> Job:
        # A test is one transaction, whose now() stands still.
        due = timezone.now() - dt.timedelta(minutes=1)
        values = {"name": "work.prune", "group": Group.FAST, "shop": shop, "run_after": due}
        values |= columns
        return Job.objects.create(state=state, **values)

    return make
