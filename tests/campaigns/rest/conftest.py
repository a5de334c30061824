"""A small catalogue in the database alone, campaigns over it, and programs of the shop's people."""

from collections.abc import Sequence
from typing import Any

import pytest

from campaigns.api import CampaignSpec, create, read_triggers
from campaigns.models import Campaign
from campaigns.services.starting import _begin
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.api import read_rules
from tests import factories
from tests.pricing.conftest import work
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, program_of

CAMPAIGNS = "/api/campaigns/"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
NOBODY = "11111111-1111-4111-8111-111111111111"
LOW: dict[str, Any] = {"kind": "stock_below", "threshold": 2}
BY_HAND: dict[str, Any] = {"kind": "by_hand"}
TENTH_UP: dict[str, Any] = {"action": {"kind": "percent", "value": "10"}}
WISH: dict[str, Any] = {
    "name": "Short stock",
    "selection": {"all": True},
    "triggers": [LOW],
    "rules": [TENTH_UP],
}


def address(campaign: Campaign, part: str = "") -> str:
    """Return where a campaign is, or one of its verbs or tables."""
    return f"{CAMPAIGNS}{campaign.pk}/" + (f"{part}/" if part else "")


def patch(program: Caller, campaign: Campaign, body: Any) -> Any:
    """Change or move a campaign."""
    return program.send(address(campaign), body, method="PATCH")


def state_of(campaign: Campaign) -> str:
    """Return what its row says now."""
    return str(Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk))


def work_names() -> list[str]:
    """Return what was handed to workers, oldest first."""
    return list(Job.objects.order_by("pk").values_list("name", flat=True))


def pointers(problem: dict[str, Any]) -> list[str]:
    """Return the places that a problem names."""
    return [each["pointer"] for each in problem["errors"]]


def made(
    connection: Connection,
    person: User,
    name: str = "Short stock",
    *,
    selection: Selection = Selection(all=True),  # noqa: B008 -- frozen
    triggers: Sequence[dict[str, Any]] = (LOW,),
    **options: Any,
) -> Campaign:
    """Make a draft."""
    spec = CampaignSpec(
        name=name,
        selection=selection,
        triggers=read_triggers(list(triggers)),
        rules=read_rules([TENTH_UP]),
        **options,
    )
    return create(
        shop_id=connection.shop_id, connection_id=connection.pk, spec=spec, actor_id=person.pk
    )


def begun(connection: Connection, person: User, *args: Any, **options: Any) -> Campaign:
    """Make a campaign that is active and settled, without asking any shop."""
    campaign = _begin(made(connection, person, *args, **options), person.pk)
    work(Group.FAST)
    campaign.refresh_from_db()
    return campaign


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    """Three products of two variants: 10.00, 10.00, 20.00, … of which there are 1, 1, 2, …"""
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
def intruder(stranger: User) -> Caller:
    """The program of an owner of another shop."""
    return program_of(stranger)


@pytest.fixture
def draft(connection: Connection, variants: list[Variant], colleague: User) -> Campaign:
    """A draft over everything."""
    return made(connection, colleague)


@pytest.fixture
def active(connection: Connection, variants: list[Variant], colleague: User) -> Campaign:
    """An active campaign over everything; it is on for the four of which there are few."""
    return begun(connection, colleague)
