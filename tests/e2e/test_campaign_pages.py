"""Campaigns in a real browser: every width, dark, a campaign made by hand, a page that moves."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from campaigns.enums import CampaignState, PauseCause
from campaigns.models import Campaign, CampaignVariant
from catalog_sync.models import Location, StockHistory, StockLevel, Variant
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop, User
from tests import factories
from tests.campaigns.page_fixtures import BY_HAND, campaign_in, draft, let_go
from tests.pricing.page_fixtures import catalogue

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

S = CampaignState
WIDTHS = (360, 768, 1440)
# The page answers 422 where a form is refused; which port it is on is known in the test.
REFUSALS: list[str] = []


@pytest.fixture
def connection(shop: Shop) -> Connection:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    made = factories.shopify_connection(shop)
    for number, name in ((7001, "Warehouse"), (7002, "Shop in Queen Street")):
        Location.objects.create(
            shop_id=shop.pk, connection=made, vendor_id=number, name=name, active=True
        )
    return made


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    """A catalogue whose stock moved on each of the last ten days."""
    found = catalogue(connection, 6)
    now = timezone.now()
    common = {"shop_id": connection.shop_id, "connection": connection, "location_vendor_id": 7001}
    for each in found:
        item = each.inventory_item_id
        before = None
        for days in range(10, 0, -1):
            after, at = (days * item) % 9, now - dt.timedelta(days=days)
            StockHistory.objects.create(
                inventory_item_id=item,
                before=before,
                after=after,
                cause="sync" if before is None else "webhook",
                vendor_updated_at=at,
                seen_at=at,
                **common,
            )
            before = after
        StockLevel.objects.create(
            inventory_item_id=item, available=before, vendor_updated_at=now, **common
        )
        Variant.objects.filter(pk=each.pk).update(stock=before, cost=Decimal("4.00"))
        each.refresh_from_db()
    return found


@pytest.fixture
def campaigns(connection: Connection, variants: list[Variant], owner: User) -> dict[str, Campaign]:
    """A campaign in each state, with names that go on for a while."""
    now = timezone.now()
    hours = dt.timedelta(hours=1)
    active = campaign_in(
        S.ACTIVE,
        connection,
        variants[:6],
        owner,
        on=3,
        name="Lower the prices of what has been lying in the warehouse for quite a while",
        cool_down_minutes=240,
        ends_at=now + 50 * hours,
    )
    let_go(active, variants[7])
    waiting = CampaignVariant.objects.filter(campaign=active, on=False, let_go_at=None)
    waiting.update(
        holding=[0], since=[now], moved_at=now - hours, look_again_at=now + dt.timedelta(hours=3)
    )
    return {
        "active": active,
        "by hand": campaign_in(S.ACTIVE, connection, variants[8:], owner, triggers=BY_HAND),
        "paused": campaign_in(
            S.PAUSED,
            connection,
            variants[:2],
            owner,
            on=1,
            name="Paused",
            columns={
                "paused_cause": PauseCause.APP_REMOVED,
                "state_reason": "The app was removed from the shop.",
            },
        ),
        "scheduled": campaign_in(
            S.SCHEDULED,
            connection,
            (),
            owner,
            name="Scheduled",
            starts_at=now + hours,
            columns={"state_reason": "The token lacks read_inventory. Add it, then try again."},
        ),
        "ended": campaign_in(S.ENDED, connection, (), owner, name="Ended"),
        "draft": draft(connection, owner, "Draft", builds_on=True, priority=200),
    }


def at(campaign: Campaign, more: str = "") -> str:
    return f"/campaigns/{campaign.pk}/{more}"


def test_no_page_of_campaigns_is_wider_than_its_screen(
    open_as: OpenAs, campaigns: dict[str, Campaign], variants: list[Variant], owner: User
) -> None:
    active = campaigns["active"]
    paths = [
        "/campaigns/",
        "/campaigns/new/",
        at(campaigns["draft"], "change/"),
        *(at(each) for each in campaigns.values()),
        *(at(active, f"?show={show}") for show in ("waiting", "edits", "ledger")),
        at(campaigns["by hand"], "?show=all"),
        at(active, "rollback/"),
        f"/campaigns/variants/{variants[0].pk}/",
    ]
    wide = {}
    for place, width in enumerate(WIDTHS):
        page = open_as(owner, "/campaigns/", width=width, dark=place % 2 == 1)
        for path in paths:
            page.goto(path)
            page.wait_for_function("!document.querySelector('.htmx-request')")
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                wide[width, path] = over
    assert wide == {}


def heard(page: Page) -> None:
    """Wait until the server has answered what was typed."""
    page.wait_for_timeout(400)
    page.wait_for_function("!document.querySelector('.htmx-request')")


@pytest.mark.usefixtures("variants")
def test_a_campaign_is_made_and_scheduled(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/campaigns/new/")
    page.get_by_label("Every variant of the shop").check()
    first, second = (page.locator(f"#trigger-{n}") for n in (0, 1))
    # Which fields belong to a kind is told without a script.
    expect(first.get_by_label("Pieces")).to_be_visible()
    expect(first.get_by_label("Holds for hours")).to_be_hidden()
    expect(page.locator("#trigger-2")).to_be_hidden()
    first.get_by_label("Pieces").fill("4")
    first.get_by_label("Number for going off").fill("2")
    second.get_by_label("Trigger 2", exact=True).select_option("back_in_stock")
    expect(second.get_by_label("Pieces")).to_be_hidden()
    expect(page.locator("#trigger-2")).to_be_visible()
    second.get_by_label("Holds for hours").fill("48")
    second.get_by_label("Where").select_option("Warehouse")
    page.get_by_label("Value").fill("10")
    heard(page)
    expect(page.locator("#trigger-0-words")).to_have_text(
        "On when stock is at or below 4, off when it is above 6."
    )
    expect(page.locator("#trigger-1-words")).to_contain_text("at Warehouse comes back")
    expect(page.locator("#preview")).to_contain_text(re.compile(r"\d+ would be on now"))
    expect(page.locator(".pw-say").first).to_contain_text("Raise by 10 %")

    # A trigger is taken out, and the one after it moves up.
    page.get_by_role("button", name="Remove trigger 1").click()
    heard(page)
    expect(page.locator("#trigger-0-words")).to_contain_text("at Warehouse comes back")
    expect(first.get_by_label("Holds for hours")).to_have_value("48")
    first.get_by_label("Trigger 1", exact=True).select_option("stock_below")
    first.get_by_label("Where").select_option("")
    first.get_by_label("Pieces").fill("4")

    page.get_by_label(re.compile("^Start")).fill("2027-03-14T02:30")
    expect(page.locator("#id_starts_at-words")).to_contain_text("02:30 is skipped, 03:30 is meant")
    page.get_by_role("button", name="Look it over").click()
    expect(page.locator("#review")).to_contain_text("On the last 14 days")
    page.get_by_label("Name of the campaign").fill("Scarce goes up")
    heard(page)
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Saved. Look it over here")).to_be_visible()
    expect(page.locator("#trial")).to_contain_text("If it began now")
    page.get_by_role("button", name="30 d").click()
    expect(page.locator("#trial")).to_contain_text("On the last 30 days")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator("#campaign-status")).to_contain_text("Begins by itself on Sunday 14 March")
    campaign = Campaign.objects.get()
    assert campaign.triggers[0]["kind"] == "stock_below"
    assert (campaign.state, len(campaign.triggers)) == ("scheduled", 1)


@pytest.mark.usefixtures("variants")
@pytest.mark.parametrize("open_as", [REFUSALS], indirect=True)
def test_what_is_wrong_is_marked_and_nothing_is_lost(
    open_as: OpenAs, owner: User, live_server: LiveServer
) -> None:
    REFUSALS[:] = [f"{live_server.url}/campaigns/new/"]
    page = open_as(owner, "/campaigns/new/")
    page.get_by_label("Vendor").select_option("Maple")
    page.locator("#trigger-0").get_by_label("Pieces").fill("lots")
    heard(page)
    expect(page.locator("#trigger-0-threshold-error")).to_contain_text("ordinary number")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("#id_name-error")).to_contain_text("Give it a name")
    expect(page.locator("#trigger-0-threshold-error")).to_contain_text("ordinary number")
    expect(page.get_by_label("Vendor")).to_have_value("Maple")
    # What was typed is there after a log-out, too.
    again = open_as(owner, "/campaigns/new/")
    expect(again.get_by_text("Your unfinished campaign from")).to_be_visible()
    expect(again.locator("#trigger-0").get_by_label("Pieces")).to_have_value("lots")


def test_the_page_moves_with_its_campaign(
    open_as: OpenAs, campaigns: dict[str, Campaign], owner: User
) -> None:
    active = campaigns["active"]
    page = open_as(owner, at(active), width=390)
    status, rows = page.locator("#campaign-status"), page.locator("#rows tbody tr")
    expect(rows).to_have_count(3)
    CampaignVariant.objects.filter(campaign=active, holding=[0]).update(on=True)
    Campaign.objects.filter(pk=active.pk).update(variants_on=6, trigger_count=9)
    find = page.get_by_label("Search these rows by SKU or title")
    find.fill("half a word")
    # As the socket's word would, or a poll.
    page.evaluate("htmx.trigger('#campaign-status', 'live'); htmx.trigger('#rows', 'live')")
    expect(status.locator(".pr-figures")).to_contain_text("9since it began")
    expect(rows).to_have_count(7)
    expect(find).to_have_value("half a word")
    # Another state is another page.
    Campaign.objects.filter(pk=active.pk).update(state=S.PAUSED)
    page.evaluate("htmx.trigger('#campaign-status', 'live')")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_a_rollback_is_looked_at_first(
    open_as: OpenAs, campaigns: dict[str, Campaign], owner: User
) -> None:
    active = campaigns["active"]
    page = open_as(owner, at(active), width=390)
    page.get_by_role("link", name="Roll back…").click()
    expect(page.get_by_text(re.compile(r"\d prices? will be written\."))).to_be_visible()
    page.get_by_label("Reason").fill("A mistake")
    page.get_by_role("button", name="Roll it back").click()
    expect(page.get_by_text("Its prices are being taken back.").first).to_be_visible()
    active.refresh_from_db()
    assert (active.state, active.state_reason) == ("rolling_back", "A mistake")


def test_everything_that_matches_is_paused(
    open_as: OpenAs, campaigns: dict[str, Campaign], owner: User
) -> None:
    page = open_as(owner, "/campaigns/")
    page.get_by_role("button", name="Pause 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause 2").click()
    expect(page.get_by_text("2 campaigns paused")).to_be_visible()
    assert Campaign.objects.filter(state=S.PAUSED).count() == 3
    assert campaigns


def test_the_list_and_a_table_are_exported(
    open_as: OpenAs, campaigns: dict[str, Campaign], owner: User
) -> None:
    page = open_as(owner, "/campaigns/?state=active", width=390)
    page.get_by_role("button", name="Export what matches").click()
    expect(page).to_have_url(re.compile(r"/exports/$"))
    page.goto(at(campaigns["active"], "?show=left"))
    page.get_by_role("button", name="Export").click()
    expect(page).to_have_url(re.compile(r"/exports/$"))
    made = ExportJob.objects.order_by("created_at").values_list("exporter", "params")
    named = {"campaign": str(campaigns["active"].pk), "name": campaigns["active"].name}
    assert list(made) == [
        ("campaigns.campaigns", {"state": "active"}),
        ("campaigns.variants", {**named, "show": "left"}),
    ]
