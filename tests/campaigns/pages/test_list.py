"""The list of campaigns: tabs with counts, search, what is done to all that match."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.enums import CampaignState, PauseCause
from campaigns.models import Campaign
from catalog_sync.models import Location, Variant
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop, User
from tests.campaigns.page_fixtures import BY_HAND, LOW, campaign_in, draft
from tests.pricing.pages.asking import logged_in, text_of

pytestmark = pytest.mark.django_db

S = CampaignState
LIST = "/campaigns/"
NONE = "\N{EN DASH}"


def test_an_empty_list_teaches_and_leads_on(
    as_owner: Client, viewer: User, connection: Connection
) -> None:
    assert "A campaign lets prices follow stock and time" in text_of(as_owner, LIST)
    said = text_of(logged_in(viewer), LIST)
    assert "An editor of your shop can make one" in said
    assert "New campaign" not in said
    draft(connection)
    assert "No campaign matches" in text_of(as_owner, f"{LIST}?state=active")


def test_tabs_count_and_narrow(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign_in(S.ACTIVE, connection, variants, owner, name="Sale A", on=2)
    campaign_in(S.PAUSED, connection, variants, owner, name="Sale B")
    campaign_in(S.ENDED, connection, (), owner, name="Old C")
    campaign_in(S.ROLLED_BACK, connection, (), owner, name="Old D")
    draft(connection, owner, "Idea E")
    names = {"Sale A", "Sale B", "Old C", "Old D", "Idea E"}
    for query, found in (
        ("", names),
        ("state=active", {"Sale A"}),
        ("state=paused", {"Sale B"}),
        ("state=draft", {"Idea E"}),
        ("state=over", {"Old C", "Old D"}),
        ("q=sale", {"Sale A", "Sale B"}),
        ("q=sale&state=over", set()),
        ("state=nonsense", names),
    ):
        said = text_of(as_owner, f"{LIST}?{query}")
        assert {name for name in names if f">{name}</a>" in said} == found, query
    said = text_of(as_owner, LIST)
    assert 'Over <span class="fr-count">2</span>' in said
    assert 'Active <span class="fr-count fr-good">1</span>' in said
    assert 'All <span class="fr-count">5</span>' in said
    assert "2 <span" in said
    assert "of 6" in said


def test_times_are_said_in_the_zone_of_the_shop(
    connection: Connection, owner: User, as_owner: Client, shop: Shop
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    starts = dt.datetime(2030, 7, 2, 3, 30, tzinfo=dt.UTC)
    campaign_in(S.SCHEDULED, connection, (), owner, starts_at=starts)
    said = text_of(as_owner, LIST)
    assert "begins <time" in said
    assert "1 Jul 23:30 EDT" in said


def test_a_line_says_the_trigger_and_when(
    connection: Connection, owner: User, as_owner: Client
) -> None:
    Location.objects.create(
        shop_id=connection.shop_id,
        connection=connection,
        vendor_id=7001,
        name="Warehouse",
        active=True,
    )
    several = ({"kind": "stock_above", "threshold": 40, "location": 7001}, *BY_HAND, *LOW)
    draft(connection, owner, "Idea", triggers=several, follows_catalogue=False)
    began = timezone.now() - dt.timedelta(hours=2)
    over = began + dt.timedelta(hours=1)
    ends = timezone.now() + dt.timedelta(days=9, minutes=1)
    campaign_in(
        S.ACTIVE, connection, (), owner, columns={"activated_at": began}, ends_at=ends, name="Runs"
    )
    columns = {"activated_at": began, "over_at": over}
    campaign_in(S.ENDED, connection, (), owner, columns=columns, name="Was")

    def line(name: str) -> str:
        cells = text_of(as_owner, f"{LIST}?q={name}").split("<tbody>")[1].split("</tbody>")[0]
        return " ".join(re.sub("<[^>]+>", " ", cells).split())

    assert line("Idea") == (
        "Idea On when stock at Warehouse is above 40, off when it is at or below 40. "
        f"2 further triggers. Fixed list. Draft {NONE} {NONE} 100 {NONE}"
    )
    low = "On when stock is at or below 5, off when it is above 6."
    assert re.sub(r" \d+ \w{3} \d\d:\d\d UTC", "", line("Runs")) == (
        f"Runs {low} Active 0 of 0 0 100 began 2 h ago ends in 9 days"
    )
    assert re.sub(r" \d+ \w{3} \d\d:\d\d UTC", "", line("Was")) == (
        f"Was {low} Ended {NONE} 0 100 over 1 h ago"
    )


def test_the_list_is_exported_as_it_is_narrowed(
    connection: Connection, owner: User, as_owner: Client
) -> None:
    start = "/exports/start/campaigns.campaigns/"
    assert start not in text_of(as_owner, LIST)
    campaign_in(S.ACTIVE, connection, (), owner, name="Sale A")
    campaign_in(S.PAUSED, connection, (), owner, name="Sale B")
    said = text_of(as_owner, f"{LIST}?q=sale&state=active")
    form = said[said.index(start) :]
    form = form[: form.index("</form>")]
    assert '<input type="hidden" name="q" value="sale">' in form
    assert '<input type="hidden" name="state" value="active">' in form
    as_owner.post(start, {"q": "sale", "state": "active"})
    made = ExportJob.objects.get()
    assert (made.exporter, made.params) == (
        "campaigns.campaigns",
        {"q": "sale", "state": "active"},
    )


def test_what_went_wrong_is_said(connection: Connection, owner: User, as_owner: Client) -> None:
    starts = timezone.now() + dt.timedelta(days=1)
    reason = {"state_reason": "No variant matches its targets now."}
    campaign_in(S.SCHEDULED, connection, (), owner, starts_at=starts, columns=reason)
    assert "No variant matches its targets now." in text_of(as_owner, LIST)


def test_all_that_match_are_paused_resumed_and_ended(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    colleague: User,
    viewer: User,
    stranger: User,
) -> None:
    one, two = (
        campaign_in(S.ACTIVE, connection, variants, owner, name=f"Sale {n}") for n in (1, 2)
    )
    other = campaign_in(S.ACTIVE, connection, variants, owner, name="Clearance")

    def states() -> list[str]:
        rows = dict(Campaign.objects.values_list("pk", "state"))
        return [rows[each.pk] for each in (one, two, other)]

    assert "Pause 3" in text_of(logged_in(owner), LIST)
    assert "Pause 2" in text_of(logged_in(owner), f"{LIST}?q=sale")
    assert "/campaigns/act/" not in text_of(logged_in(viewer), LIST)
    assert logged_in(viewer).post("/campaigns/act/pause/").status_code == 403
    logged_in(stranger).post("/campaigns/act/pause/")
    assert logged_in(owner).post("/campaigns/act/delete/").status_code == 404
    assert logged_in(owner).get("/campaigns/act/pause/").status_code == 405
    assert states() == ["active"] * 3

    client = logged_in(colleague)
    answer = client.post("/campaigns/act/pause/", {"q": "sale"}, follow=True)
    assert answer.redirect_chain[0][0] == f"{LIST}?q=sale"
    assert "2 campaigns paused; their prices stay as they are." in answer.content.decode()
    assert states() == ["paused", "paused", "active"]
    client.post("/campaigns/act/resume/", {"state": "paused", "q": "1"})
    assert states() == ["active", "paused", "active"]
    client.post("/campaigns/act/end/", {"q": "sale"})
    assert states() == ["ended", "ended", "active"]
    answer = client.post("/campaigns/act/resume/", {}, follow=True)
    assert "No campaign was moved." in answer.content.decode()
    assert states() == ["ended", "ended", "active"]


def test_after_the_app_was_removed_they_wait_for_a_word(
    connection: Connection, variants: list[Variant], owner: User, viewer: User
) -> None:
    gone = {"paused_cause": PauseCause.APP_REMOVED}
    rows = [
        campaign_in(S.PAUSED, connection, variants, owner, columns=gone, name=f"Sale {n}")
        for n in (1, 2)
    ]
    mine = campaign_in(S.PAUSED, connection, variants, owner, name="Paused by hand")
    client = logged_in(owner)
    type(connection).objects.filter(pk=connection.pk).update(state="parked")
    said = text_of(client, LIST)
    assert "The app was removed from the shop, so 2 campaigns are paused." in said
    assert "/after-removal/" not in said
    client.post("/campaigns/after-removal/resume/")
    assert set(Campaign.objects.values_list("state", flat=True)) == {"paused"}

    type(connection).objects.filter(pk=connection.pk).update(state="active")
    said = text_of(client, LIST)
    assert "2 campaigns wait for your word" in said
    assert "/after-removal/" not in text_of(logged_in(viewer), LIST)
    assert client.post("/campaigns/after-removal/end/").status_code == 404
    client.post("/campaigns/after-removal/resume/")
    states = dict(Campaign.objects.values_list("pk", "state"))
    assert [states[each.pk] for each in (*rows, mine)] == ["active", "active", "paused"]
    assert "wait for your word" not in text_of(client, LIST)


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("query", ["", "state=active", "q=low"])
def test_the_list_costs_the_same_for_one_and_three(
    items: int,
    query: str,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(items):
        campaign_in(S.ACTIVE, connection, variants, owner)
    with django_assert_num_queries(9):
        text_of(as_owner, f"{LIST}?{query}")
