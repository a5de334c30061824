"""Files of campaigns: the list; variants, moves and prices of one; narrowed as on its page."""

from uuid import UUID

import pytest
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.exporters import CAMPAIGNS, MOVES, PRICES, VARIANTS
from campaigns.models import Campaign, CampaignVariant
from catalog_sync.models import Variant
from foundation.exports.api import InvalidExport, start_export
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop, User
from pricing.models import AuditTrailEntry
from tests import factories
from tests.campaigns.page_fixtures import campaign_in, draft, let_go, moved
from tests.exports.conftest import settle, table_of
from tests.pricing.page_fixtures import catalogue

# The file is read over a connection of its own, which sees only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("files")]


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


@pytest.fixture
def campaign(connection: Connection, variants: list[Variant], owner: User) -> Campaign:
    """On for the first two of four; a fifth was edited outside; one is not its own."""
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    made = campaign_in(CampaignState.ACTIVE, connection, variants[:4], owner, on=2)
    let_go(made, variants[4])
    campaign_in(CampaignState.ACTIVE, connection, variants[5:], owner, name="Other", on=1)
    return made


def table(shop_id: UUID, name: str, **params: str) -> list[dict[str, str]]:
    export = start_export(shop_id=shop_id, exporter=name, params=params, actor_id=None)
    settle()
    return table_of(ExportJob.objects.get(pk=export.pk))


def file_of(campaign: Campaign, name: str, **params: str) -> list[dict[str, str]]:
    return table(campaign.shop_id, name, campaign=str(campaign.pk), **params)


def test_the_list(campaign: Campaign, connection: Connection, owner: User) -> None:
    later = draft(connection, owner, "=Weekend", priority=300, follows_catalogue=False)
    Campaign.objects.filter(pk=later.pk).update(
        state="scheduled",
        state_reason="The token lacks read_inventory.",
        created_at="2031-06-30T12:00:00Z",
        starts_at="2031-07-04T04:00:00Z",
        ends_at="2031-12-24T17:00:00Z",
    )
    Campaign.objects.filter(pk=campaign.pk).update(
        created_at="2031-01-01T12:00:00Z", activated_at="2031-01-02T12:00:00.4Z"
    )
    Campaign.objects.filter(name="Other").update(created_at="2030-01-01T12:00:00Z")
    rows = table(connection.shop_id, "campaigns.campaigns")
    assert [row["name"] for row in rows] == ["'=Weekend", "Low stock", "Other"]
    assert rows[:2] == [
        {
            "campaign": str(later.pk),
            "name": "'=Weekend",
            "state": "scheduled",
            "reason": "The token lacks read_inventory.",
            "account": connection.account,
            "priority": "300",
            "follows_catalogue": "false",
            "variants": "0",
            "on": "0",
            "times_put": "0",
            "starts": "2031-07-04 00:00:00-04:00",
            "ends": "2031-12-24 12:00:00-05:00",
            "began_at": "",
            "over_at": "",
            "created_at": "2031-06-30 08:00:00-04:00",
            "created_at_utc": "2031-06-30T12:00:00.000Z",
            "created_by": owner.email,
        },
        {
            "campaign": str(campaign.pk),
            "name": "Low stock",
            "state": "active",
            "reason": "",
            "account": connection.account,
            "priority": "100",
            "follows_catalogue": "true",
            "variants": "4",
            "on": "2",
            "times_put": "2",
            "starts": "",
            "ends": "",
            "began_at": "2031-01-02 07:00:00-05:00",
            "over_at": "",
            "created_at": "2031-01-01 07:00:00-05:00",
            "created_at_utc": "2031-01-01T12:00:00.000Z",
            "created_by": owner.email,
        },
    ]


@pytest.mark.parametrize(
    ("params", "names", "words"),
    [
        ({}, ["Idea", "Old", "Other", "Low stock"], "everything"),
        ({"state": "active"}, ["Other", "Low stock"], "active"),
        ({"state": "over"}, ["Old"], "over"),
        ({"state": "draft", "q": " dea "}, ["Idea"], "draft, matching “dea”"),
        ({"q": "o"}, ["Old", "Other", "Low stock"], "matching “o”"),
        ({"state": "paused"}, [], "paused"),
    ],
)
def test_what_the_list_is_narrowed_to(
    campaign: Campaign,
    connection: Connection,
    owner: User,
    stranger: User,
    params: dict[str, str],
    names: list[str],
    words: str,
) -> None:
    campaign_in(CampaignState.ENDED, connection, (), owner, name="Old")
    draft(connection, owner, "Idea")
    elsewhere = factories.shopify_connection(
        Shop.objects.for_user(stranger).get(), account="other-shop.myshopify.com"
    )
    draft(elsewhere, stranger, "Other idea of others")
    rows = table(campaign.shop_id, "campaigns.campaigns", **params)
    assert [row["name"] for row in rows] == names
    assert CAMPAIGNS.words(CAMPAIGNS.clean(campaign.shop_id, params)) == words


@pytest.mark.parametrize(
    "posted", [{"state": "nonsense"}, {"q": "x" * 121}, {"q": "\x00"}], ids=str
)
def test_a_filter_of_the_list_that_makes_no_sense_is_refused(
    campaign: Campaign, posted: dict[str, str]
) -> None:
    with pytest.raises(InvalidExport):
        table(campaign.shop_id, "campaigns.campaigns", **posted)
    assert not ExportJob.objects.exists()


def test_the_prices_it_wrote(campaign: Campaign, variants: list[Variant]) -> None:
    entry = AuditTrailEntry.objects.get(layer_ref=campaign.pk, variant=variants[0])
    rows = file_of(campaign, "campaigns.prices", q="SKU-11", show="ledger")
    assert [{**rows[0], "at": "", "at_utc": ""}] == [
        {
            "entry": str(entry.pk),
            "at": "",
            "at_utc": "",
            "product": "Collar 1",
            "variant": "Small",
            "sku": "SKU-11",
            "cause": "campaign",
            "by": "",
            "currency": "CAD",
            "price_before": "10.00",
            "price_after": "9.00",
            "compare_at_before": "",
            "compare_at_after": "",
            "own_price": "10.00",
            "job": "",
            "shopify_request_id": "",
        }
    ]
    assert rows[0]["at_utc"] == entry.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    everything = file_of(campaign, "campaigns.prices")
    assert [row["sku"] for row in everything] == ["SKU-12", "SKU-11"]


def test_the_variants(campaign: Campaign, variants: list[Variant]) -> None:
    CampaignVariant.objects.filter(campaign=campaign, variant=variants[0]).update(
        holding=[2, 0],
        moved_at="2031-07-01T12:00:00Z",
        look_again_at="2031-07-01T12:30:00Z",
        by_hand=True,
    )
    rows = file_of(campaign, "campaigns.variants")
    assert [(row["sku"], row["on"]) for row in rows] == [
        ("SKU-11", "true"),
        ("SKU-12", "true"),
        ("SKU-21", "false"),
        ("SKU-22", "false"),
        ("SKU-31", "false"),
    ]
    variants[0].refresh_from_db()
    assert rows[0] == {
        "product": "Collar 1",
        "variant": "Small",
        "sku": "SKU-11",
        "on": "true",
        "triggers_that_hold": "1 3",
        "switched_by_hand": "true",
        "stock": "1",
        "currency": "CAD",
        "price_shown": str(variants[0].price),
        "compare_at_shown": "",
        "own_price": "10.00",
        "moved_at": "2031-07-01 08:00:00-04:00",
        "moved_at_utc": "2031-07-01T12:00:00.000Z",
        "rests_until": "2031-07-01 08:30:00-04:00",
        "left_alone_since": "",
    }
    assert rows[0]["price_shown"] != rows[0]["own_price"]
    assert (rows[4]["price_shown"], rows[4]["left_alone_since"] == "") == ("12.34", False)


@pytest.mark.parametrize(
    ("params", "skus"),
    [
        ({"show": "on"}, ["SKU-11", "SKU-12"]),
        ({"show": "left"}, ["SKU-31"]),
        ({"show": "off", "q": "SKU-22"}, ["SKU-22"]),
        ({"q": "large"}, ["SKU-12", "SKU-22"]),
        ({"show": "on", "q": "SKU-31"}, []),
        ({"q": "nothing of the kind"}, []),
    ],
)
def test_what_it_is_narrowed_to(
    campaign: Campaign, params: dict[str, str], skus: list[str]
) -> None:
    rows = file_of(campaign, "campaigns.variants", **params)
    assert [row["sku"] for row in rows] == skus


def test_the_moves(campaign: Campaign, variants: list[Variant], owner: User) -> None:
    moved(
        campaign,
        variants[2],
        "put",
        cause="person",
        at=timezone.now(),
        why="=1+1",
        stock=-3,
        actor=owner,
        request_id="r-1",
    )
    rows = file_of(campaign, "campaigns.moves")
    assert [(row["sku"], row["what"], row["cause"]) for row in rows] == [
        ("SKU-21", "put", "person"),
        ("SKU-31", "let_go", "outside_edit"),
        ("SKU-12", "put", "stock"),
        ("SKU-11", "put", "stock"),
    ]
    said = {name: rows[0][name] for name in ("why", "stock", "by", "request_id", "product")}
    assert said == {
        "why": "'=1+1",
        "stock": "-3",
        "by": owner.email,
        "request_id": "r-1",
        "product": "Collar 2",
    }
    edits = file_of(campaign, "campaigns.moves", show="edits")
    assert [row["what"] for row in edits] == ["let_go"]


def test_a_file_says_what_it_is_narrowed_to(campaign: Campaign) -> None:
    posted = {"campaign": str(campaign.pk), "show": "left", "q": " SKU-31 ", "extra": "x"}
    params = VARIANTS.clean(campaign.shop_id, posted)
    assert params == {
        "campaign": str(campaign.pk),
        "name": "Low stock",
        "show": "left",
        "q": "SKU-31",
    }
    assert VARIANTS.words(params) == "Low stock, those it leaves alone, matching “SKU-31”"
    assert MOVES.words(MOVES.clean(campaign.shop_id, {"campaign": str(campaign.pk)})) == "Low stock"


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"campaign": "x"},
        {"campaign": "11111111-1111-4111-8111-111111111111"},
        {"show": "everything"},
        {"q": "x" * 201},
        {"q": "\x00"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["campaigns.variants", "campaigns.moves", "campaigns.prices"])
def test_what_makes_no_sense_is_refused(
    campaign: Campaign, name: str, posted: dict[str, str]
) -> None:
    known = {} if posted == {} else {"campaign": str(campaign.pk)}
    with pytest.raises(InvalidExport):
        start_export(
            shop_id=campaign.shop_id, exporter=name, params={**known, **posted}, actor_id=None
        )
    assert not ExportJob.objects.exists()


def test_another_shops_campaign_is_not_there(campaign: Campaign, stranger: User) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    for exporter in (VARIANTS, MOVES, PRICES):
        with pytest.raises(InvalidExport, match="no such campaign"):
            exporter.clean(elsewhere.pk, {"campaign": str(campaign.pk)})
