"""Ops' hand on campaigns: nothing without being told, the same refusals dry and wet."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVariant, PendingVariant
from catalog_sync.models import Variant
from foundation.audit.models import AuditEvent
from foundation.outbound.api import park_connection
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from tests import factories
from tests.campaigns.page_fixtures import campaign_in, draft
from tests.pricing.conftest import work
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db
S = CampaignState


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


@pytest.fixture
def campaign(connection: Connection, variants: list[Variant], owner: User) -> Campaign:
    """An active campaign, on for two of six."""
    return campaign_in(S.ACTIVE, connection, variants, owner, on=2)


def said(verb: str, *arguments: Any) -> str:
    out = StringIO()
    call_command("campaigns", verb, *map(str, arguments), stdout=out)
    return out.getvalue()


def state_of(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).state


def traces() -> tuple[int, int]:
    """How much was recorded and handed to workers."""
    return AuditEvent.objects.count(), Job.objects.count()


def test_the_list(campaign: Campaign, owner: User, stranger: User) -> None:
    other = draft(campaign.connection, owner, "Winter sale")
    elsewhere = Shop.objects.for_user(stranger).get()
    account = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    theirs = draft(account, stranger, "Theirs")
    mine = f"{campaign.pk}  Active       Demo: Low stock (on for 2 of 6)\n"
    assert said("list", "--state", "active") == mine
    assert said("list", "--shop", campaign.shop_id) == (
        f"{other.pk}  Draft        Demo: Winter sale (on for 0 of 0)\n{mine}"
    )
    assert str(theirs.pk) in said("list")
    assert said("list", "--state", "ended") == "No campaigns.\n"


def test_what_is_shown(campaign: Campaign, owner: User) -> None:
    Shop.objects.filter(pk=campaign.shop_id).update(timezone="America/Toronto")
    ends = dt.datetime(2031, 7, 1, 13, 0, tzinfo=dt.UTC)
    Campaign.objects.filter(pk=campaign.pk).update(
        ends_at=ends, state_reason="Because.", cool_down_minutes=30
    )
    higher = campaign_in(S.PAUSED, campaign.connection, [], owner, name="Higher", priority=200)
    CampaignVariant.objects.create(
        campaign=higher,
        variant_id=CampaignVariant.objects.first().variant_id,  # type: ignore[union-attr]  # there are six
    )
    lines = [line.strip() for line in said("show", campaign.pk).splitlines()]
    history = [line for line in lines if "Z " in line]
    assert [line for line in lines if line not in history][1:] == [
        "for Variants every variant of the shop; follows the catalogue",
        "trigger On when stock is at or below 5, off when it is above 6.",
        "rule 1. Lower by 10 %",
        "priority 100; edits outside: adopt; A price rests for 30 minutes after each move.",
        lines[5],
        "because: Because.",
        "below Higher (paused) on 1 variant",
        "its price was put 2 times; 0 variants wait, 0 are left alone",
    ]
    assert lines[5].startswith("ends Tuesday 1 July 2031, 09:00 EDT (America/Toronto), in")
    assert [line.partition("Z ")[2].partition(" (")[0] for line in history] == [
        f"draft by {owner}",
        f"active by {owner}",
        "put SKU-12",
        "put SKU-11",
    ]
    park_connection(campaign.connection_id, "The token was revoked.")
    assert "its connection is parked: The token was revoked." in said("show", campaign.pk)


def test_pause_and_resume(campaign: Campaign) -> None:
    before = traces()
    with pytest.raises(CommandError, match="it cannot go on"):
        said("resume", campaign.pk, "--dry-run")
    assert "would be paused: its prices would stay as they are; nothing changed." in (
        said("pause", campaign.pk, "--dry-run", "--reason", "x")
    )
    assert (state_of(campaign), traces()) == ("active", before)
    assert "`resume` goes on" in said("pause", campaign.pk, "--reason", "Stock-taking")
    assert (state_of(campaign), Campaign.objects.get().state_reason) == ("paused", "Stock-taking")
    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match="is paused; it cannot become paused"):
            said("pause", campaign.pk, *options)
    assert "6 variants would be evaluated" in said("resume", campaign.pk, "--dry-run")
    assert state_of(campaign) == "paused"
    assert "It goes on" in said("resume", campaign.pk)
    assert state_of(campaign) == "active"


def test_what_cannot_go_on_cannot_go_on_dry_either(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(
        state="paused", ends_at=timezone.now() - dt.timedelta(hours=1)
    )
    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match="Its end is over"):
            said("resume", campaign.pk, *options)
    assert state_of(campaign) == "paused"


@pytest.mark.parametrize(
    ("verb", "would", "done", "state"),
    [
        ("end", "would end: 2 prices would go back", "Ended. 2 prices go back.", "ended"),
        (
            "rollback",
            "would be rolled back: 2 prices would go back",
            "Rolling back: 2 prices go back",
            "rolling_back",
        ),
    ],
)
def test_to_the_end(campaign: Campaign, verb: str, would: str, done: str, state: str) -> None:
    before = traces()
    assert f"{would}; nothing changed." in said(verb, campaign.pk, "--dry-run")
    assert (state_of(campaign), traces()) == ("active", before)
    assert done in said(verb, campaign.pk, "--reason", "Wrong rule")
    assert (state_of(campaign), Campaign.objects.get().state_reason) == (state, "Wrong rule")
    for options in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match="it cannot become"):
            said(verb, campaign.pk, *options)


def test_what_is_evaluated_again(campaign: Campaign, variants: list[Variant], owner: User) -> None:
    second = factories.shopify_connection(campaign.shop, account="second.myshopify.com")
    (first_there, other_there) = catalogue(second, 1, first=9)
    there = campaign_in(S.ACTIVE, second, [first_there, other_there], owner, name="There")
    campaign_in(S.PAUSED, campaign.connection, variants, owner, name="Paused")
    two = campaign_in(S.ACTIVE, campaign.connection, variants[:2], owner, name="Two")

    said_dry = said("evaluate", "--all", "--dry-run")
    assert said_dry == "Dry run: 8 variants would be evaluated again; nothing changed.\n"
    assert (PendingVariant.objects.count(), Job.objects.count()) == (0, 0)

    assert said("evaluate", two.pk).startswith("2 variants wait to be evaluated")
    assert set(PendingVariant.objects.values_list("variant_id", flat=True)) == {
        each.pk for each in variants[:2]
    }
    # Those wait already.
    assert said("evaluate", "--connection", campaign.connection_id).startswith("4 variants wait")
    assert said("evaluate", "--all").startswith("2 variants wait")
    rows = PendingVariant.objects.filter(connection=second)
    assert set(rows.values_list("variant_id", "cause")) == {
        (first_there.pk, "reconciliation"),
        (other_there.pk, "reconciliation"),
    }
    jobs = Job.objects.filter(name="campaigns.evaluate")
    keys = list(jobs.values_list("unique_key", flat=True))
    assert (len(keys), set(keys)) == (2, {str(campaign.connection_id), str(second.pk)})
    del there


@pytest.mark.django_db(transaction=True)
def test_evaluated_again_it_is_as_its_triggers_say(campaign: Campaign) -> None:
    # Two are on although there are plenty, four are off although there are few.
    on = CampaignVariant.objects.filter(campaign=campaign, on=True).values("variant_id")
    Variant.objects.update(stock=1)
    Variant.objects.filter(pk__in=on).update(stock=50)
    said("evaluate", campaign.pk)
    work(Group.FAST)
    campaign.refresh_from_db()
    assert campaign.variants_on == 4
    moves = campaign.moves.filter(cause="reconciliation").order_by("pk")
    assert sorted(moves.values_list("kind", flat=True)) == ["put"] * 4 + ["taken"] * 2
    assert not PendingVariant.objects.exists()
    said("evaluate", campaign.pk)
    work(Group.FAST)
    assert campaign.moves.filter(cause="reconciliation").count() == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show",), "Which campaign"),
        (("pause",), "Which campaign"),
        (("show", "11111111-1111-4111-8111-111111111111"), "There is no campaign"),
        (("evaluate", "11111111-1111-4111-8111-111111111111"), "There is no campaign"),
        (("evaluate",), "Which\\?"),
        (("evaluate", "--all"), "Nothing is active"),
        (("evaluate", "--connection", "11111111-1111-4111-8111-111111111111"), "Nothing is"),
        (("list", "--reason", "x"), "A reason is kept of"),
        (("activate", "11111111-1111-4111-8111-111111111111"), "invalid choice"),
    ],
)
def test_what_makes_no_sense(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said(*arguments)


@pytest.mark.parametrize("state", ["draft", "scheduled", "ended", "rolled_back"])
def test_one_that_is_not_on_is_not_evaluated(campaign: Campaign, state: str) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    with pytest.raises(CommandError, match="Nothing is active"):
        said("evaluate", campaign.pk)
    assert not PendingVariant.objects.exists()
