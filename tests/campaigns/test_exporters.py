"""Files of a campaign: its variants, and what happened to them; narrowed as on its page."""

import pytest
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.exporters import MOVES, VARIANTS
from campaigns.models import Campaign, CampaignMove, CampaignVariant
from catalog_sync.models import Variant
from foundation.exports.api import InvalidExport, start_export
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop, User
from tests import factories
from tests.campaigns.page_fixtures import campaign_in, let_go
from tests.exports.conftest import files, settle, table_of
from tests.pricing.page_fixtures import catalogue

__all__ = ["files"]

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


def file_of(campaign: Campaign, name: str, **params: str) -> list[dict[str, str]]:
    export = start_export(
        shop_id=campaign.shop_id,
        exporter=name,
        params={"campaign": str(campaign.pk), **params},
        actor_id=None,
    )
    settle()
    return table_of(ExportJob.objects.get(pk=export.pk))


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
    CampaignMove.objects.create(
        shop_id=campaign.shop_id,
        campaign=campaign,
        variant=variants[2],
        at=timezone.now(),
        kind="put",
        cause="person",
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
@pytest.mark.parametrize("name", ["campaigns.variants", "campaigns.moves"])
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
    for exporter in (VARIANTS, MOVES):
        with pytest.raises(InvalidExport, match="no such campaign"):
            exporter.clean(elsewhere.pk, {"campaign": str(campaign.pk)})
