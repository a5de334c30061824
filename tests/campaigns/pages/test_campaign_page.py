"""A campaign's own page: where it stands, its variants, what happened, what may be done."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.enums import CampaignState, PauseCause
from campaigns.forms.filters import TABLES
from campaigns.models import Campaign, CampaignVariant
from campaigns.services.settling import have_settled
from catalog_sync.models import ReconciliationRun, Variant
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from pricing.models import CoveredVariant
from tests.campaigns.page_fixtures import BY_HAND, campaign_in, draft, let_go, moved, put
from tests.pricing.pages.asking import logged_in, said_after, text_of

pytestmark = pytest.mark.django_db

S = CampaignState


def page(campaign: Campaign, verb: str = "campaign") -> str:
    return reverse(f"campaigns:{verb}", kwargs={"campaign_id": campaign.pk})


def state_of(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return str(campaign.state)


def test_an_active_campaign_says_what_it_does(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:4], owner, on=2)
    let_go(campaign, variants[4])
    said = text_of(as_owner, page(campaign))
    assert "Runs until somebody ends it." in said
    assert "On when stock is at or below 5, off when it is above 6." in said
    assert "Lower by 10 %" in said
    assert "<dd>2<small>of 4 variants</small></dd>" in said
    # Two pieces of 10.00 stand at 9.00 each; one of the two products has one piece.
    assert '2.00 <span class="cp-unit">CAD</span><small>own price less shown price' in said
    assert said.count("SKU-1") == 2, "the two variants that are on"
    assert "SKU-51" not in said
    left = text_of(as_owner, f"{page(campaign)}?show=left")
    assert "SKU-31" in left
    assert "left alone" in left
    assert "Take in again" in left


def test_a_campaign_that_raises_prices_says_what_it_brings_in(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:2], owner, on=2)
    CoveredVariant.objects.update(base_price=Decimal("7.00"))
    said = text_of(as_owner, page(campaign))
    assert '<dt>More on stock</dt><dd>4.00 <span class="cp-unit">CAD</span><small>shown' in said
    assert "Given away" not in said


def test_every_table_is_exported_as_it_is_shown(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:2], owner, on=1)

    def asked(query: str) -> tuple[str, dict[str, str]]:
        said = text_of(as_owner, f"{page(campaign)}{query}")
        (form,) = re.findall(r'action="/exports/start/([\w.]+)/"[^>]*>(.*?)</form>', said)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
        fields.pop("csrfmiddlewaretoken")
        assert fields.pop("campaign") == str(campaign.pk)
        return form[0], fields

    assert {query: asked(query) for query in ("", *(f"?show={each}&q=co" for each in TABLES))} == {
        "": ("campaigns.variants", {"show": "on"}),
        "?show=on&q=co": ("campaigns.variants", {"show": "on", "q": "co"}),
        "?show=waiting&q=co": ("campaigns.variants", {"show": "waiting", "q": "co"}),
        "?show=left&q=co": ("campaigns.variants", {"show": "left", "q": "co"}),
        "?show=off&q=co": ("campaigns.variants", {"show": "off", "q": "co"}),
        "?show=all&q=co": ("campaigns.variants", {"show": "all", "q": "co"}),
        "?show=moves&q=co": ("campaigns.moves", {"q": "co"}),
        "?show=edits&q=co": ("campaigns.moves", {"show": "edits", "q": "co"}),
        "?show=ledger&q=co": ("campaigns.prices", {"q": "co"}),
    }
    for show in TABLES:
        kind, fields = asked(f"?show={show}&q=co")
        sent = {"campaign": str(campaign.pk), **fields}
        assert as_owner.post(f"/exports/start/{kind}/", sent).status_code == 302
    assert ExportJob.objects.count() == len(TABLES)
    assert "/exports/start/" not in text_of(as_owner, page(draft(connection, owner, "Idea")))


def test_the_pictures_of_what_is_over_end_soon_after(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    now = timezone.now()
    began, over = now - dt.timedelta(days=200), now - dt.timedelta(days=190)
    columns = {"activated_at": began, "over_at": over}
    campaign = campaign_in(S.ENDED, connection, (), owner, columns=columns)
    for kind, at in (("put", began + dt.timedelta(days=1)), ("taken", over)):
        moved(campaign, variants[0], kind, at=at)
    said = text_of(as_owner, page(campaign))
    # From the first move, nine days before the end, to a tenth of ten days after it.
    assert re.findall(r'class="pr-line" d="([^"]*)"', said)[:1] == [
        "M0 114.0H0.0V6.0H576.0V114.0H640"
    ]
    assert "Shopify&#x27;s points" not in said


def test_what_was_over_in_a_moment_has_no_picture(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    began = timezone.now() - dt.timedelta(hours=1)
    columns = {"activated_at": began, "over_at": began + dt.timedelta(seconds=1)}
    campaign = campaign_in(S.ENDED, connection, (), owner, columns=columns)
    for kind in ("put", "taken"):
        moved(campaign, variants[0], kind, cause="start", at=began)
    said = text_of(as_owner, page(campaign))
    assert "Variants on" not in said
    assert "moved 2 times" in said


def test_what_waits_says_why_and_until_when(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client, shop: Shop
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    campaign = campaign_in(S.ACTIVE, connection, variants[:1], owner, cool_down_minutes=90)
    now = timezone.now()
    CampaignVariant.objects.filter(campaign=campaign).update(
        holding=[0], since=[now], moved_at=now, look_again_at=now + dt.timedelta(minutes=90)
    )
    said = text_of(as_owner, f"{page(campaign)}?show=waiting")
    assert "waits to be on" in said
    assert "The price rests for 90 minutes after a move: until " in said
    assert "Looked at again" in said
    assert 'Waiting <span class="fr-count fr-busy">1</span>' in said


def test_what_happened_and_what_was_written(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:2], owner, on=1)
    let_go(campaign, variants[2])
    for cause, why in (
        ("rollback", "The campaign was rolled back."),
        ("end", "The campaign has ended."),
        ("catalogue", ""),
    ):
        moved(campaign, variants[0], "taken", cause=cause, why=why, actor=owner)
    moves = text_of(as_owner, f"{page(campaign)}?show=moves")
    assert "Stock 1 is at or below 5." in moves
    assert "Stock moved" in moves
    # What the sentence says is not said again.
    assert moves.count("The campaign was rolled back") == 1
    assert "The campaign has ended." in moves
    assert "The campaign ended" not in moves
    assert moves.count("The catalogue changed") == 1
    assert f'<div class="fr-muted">by {owner}</div>' in moves
    assert "Somebody set 12.34 in Shopify" in moves
    edits = text_of(as_owner, f"{page(campaign)}?show=edits")
    assert "Somebody set 12.34 in Shopify" in edits
    assert "Stock 1 is at or below 5." not in edits
    ledger = text_of(as_owner, f"{page(campaign)}?show=ledger")
    assert "SKU-11" in ledger
    assert "9.00 CAD" in ledger
    assert "SKU-11" in text_of(as_owner, f"{page(campaign)}?show=ledger&q=SKU-11")
    assert "Nothing matches" in text_of(as_owner, f"{page(campaign)}?show=moves&q=nothing")


def test_parts_are_fetched_alone_and_another_state_is_another_page(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants, owner, on=3)
    url = page(campaign)
    for target, begins in (
        ("campaign-status", 'id="campaign-status"'),
        ("rows", 'id="rows"'),
        ("effect", 'id="effect"'),
    ):
        answer = as_owner.get(
            f"{url}?seen=active", headers={"HX-Request": "true", "HX-Target": target}
        )
        assert begins in answer.content.decode()
        assert "<html" not in answer.content.decode()
        assert "HX-Refresh" not in answer
    answer = as_owner.get(f"{url}?seen=draft", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_the_job_that_brings_it_in_line_shows_how_far_it_is(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants, owner, columns={"settled_at": None})
    last = CampaignVariant.objects.filter(campaign=campaign).order_by("pk")[3].pk
    have_settled(campaign)
    job = Job.objects.filter(name="campaigns.settle")
    job.update(state="running", checkpoint={"last": last}, started_at=timezone.now())
    said = text_of(as_owner, page(campaign))
    assert "Bringing its variants in line" in said
    assert "4 of 6" in said
    job.update(state="dead", error="Shopify is not there.")
    said = text_of(as_owner, page(campaign))
    assert "Its variants are not in line with its state yet" in said
    assert "Shopify is not there." in said


def test_the_last_comparison_with_the_shop_is_told(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants, owner)
    assert "compared with the shop" not in text_of(as_owner, page(campaign))
    now = timezone.now()
    ReconciliationRun.objects.create(
        shop_id=campaign.shop_id,
        connection=connection,
        job_id=1,
        kind="comparison",
        started_at=now - dt.timedelta(minutes=6),
        finished_at=now - dt.timedelta(minutes=5),
        counts={"variants_compared": 6, "levels_mended": 2},
        lag=dt.timedelta(seconds=90),
    )
    said = text_of(as_owner, page(campaign))
    assert "Stock and products were compared with the shop" in said
    assert "2 differences mended, at most 90 s late." in said


@pytest.mark.usefixtures("variants")
def test_a_draft_is_changed_activated_scheduled_or_deleted(
    connection: Connection, owner: User, viewer: User, stranger: User
) -> None:
    soon = timezone.now() + dt.timedelta(hours=2)
    campaign = draft(connection, owner, starts_at=soon)
    client = logged_in(owner)
    said = text_of(client, page(campaign))
    assert "Nothing happens before it is activated." in said
    for verb in ("activate", "schedule", "discard"):
        assert page(campaign, verb) in said
    for verb in ("pause", "resume", "end", "roll_back"):
        assert page(campaign, verb) not in said
    assert page(campaign, "schedule") not in text_of(logged_in(viewer), page(campaign))
    for person, status in ((viewer, 403), (stranger, 404)):
        assert logged_in(person).post(page(campaign, "schedule")).status_code == status
    assert state_of(campaign) == "draft"
    assert "Scheduled. It begins by itself" in said_after(client, page(campaign, "schedule"))
    assert state_of(campaign) == "scheduled"
    assert "Begins by itself on" in text_of(client, page(campaign))
    said_after(client, page(campaign, "unschedule"))
    assert state_of(campaign) == "draft"

    other = draft(connection, owner, "Another")
    assert "has no start time" in said_after(client, page(other, "schedule"))
    assert "was deleted" in said_after(client, page(other, "discard"))
    assert not Campaign.objects.filter(pk=other.pk).exists()
    assert logged_in(viewer).post(page(campaign, "discard")).status_code == 403
    assert "its history is kept" in said_after(client, page(campaign, "discard"))
    assert Campaign.objects.filter(pk=campaign.pk).exists()


def test_other_campaigns_on_the_same_variants_are_shown_in_order(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign_in(S.ACTIVE, connection, variants[:2], owner, name="Above", priority=200)
    campaign_in(S.PAUSED, connection, variants[:3], owner, name="Below", priority=50)
    campaign_in(S.ENDED, connection, variants, owner, name="Long over")
    campaign_in(S.ACTIVE, connection, (), owner, name="Elsewhere")
    draft(connection, owner, "Builder", priority=300, builds_on=True)
    campaign = draft(connection, owner, "Mine")
    said = text_of(as_owner, page(campaign))
    places = [said.index(f">{name}<") for name in ("Builder", "Above", "This campaign", "Below")]
    assert places == sorted(places)
    assert "Its price shows, worked out from this campaign&#x27;s." in said
    assert "Its price shows; this campaign&#x27;s is hidden while both are on." in said
    assert "This campaign&#x27;s price shows; the other&#x27;s is hidden while both" in said
    assert "2 variants in common" in said
    assert "3 variants in common" in said
    assert "6 variants in common" in said
    for name in ("Long over", "Elsewhere"):
        assert name not in said


def test_it_is_paused_and_goes_on(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants, owner, on=1)
    assert "Its prices stay as they are" in said_after(
        as_owner, page(campaign, "pause"), {"reason": "Stocktaking"}
    )
    assert state_of(campaign) == "paused"
    assert "“Stocktaking”" in text_of(as_owner, page(campaign))
    assert "it cannot become paused" in said_after(as_owner, page(campaign, "pause"))
    said_after(as_owner, page(campaign, "resume"))
    assert state_of(campaign) == "active"


@pytest.mark.parametrize(("parked", "words"), [(True, "Install the app again"), (False, "again.")])
def test_after_the_app_was_removed(
    parked: bool,
    words: str,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
) -> None:
    campaign = campaign_in(
        S.PAUSED,
        connection,
        variants,
        owner,
        on=1,
        columns={"paused_cause": PauseCause.APP_REMOVED},
    )
    state = "parked" if parked else "active"
    type(connection).objects.filter(pk=connection.pk).update(state=state)
    said = text_of(as_owner, page(campaign))
    assert words in said
    assert ("The shop is connected again." in said) is not parked


def test_by_hand(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client, viewer: User
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:3], owner, triggers=BY_HAND)
    said = text_of(as_owner, f"{page(campaign)}?show=all")
    assert said.count("Switch on<") == 3
    assert "Switch all on" in said
    assert "Switch on<" not in text_of(logged_in(viewer), f"{page(campaign)}?show=all")
    chosen = {"variant": [str(variants[0].pk), "nonsense"], "on": "1"}
    assert "1 variant was switched on by hand." in said_after(
        as_owner, page(campaign, "switch"), chosen
    )
    rows = CampaignVariant.objects.filter(campaign=campaign, on=True)
    assert [row.variant_id for row in rows] == [variants[0].pk]
    assert "2 variants were switched on by hand." in said_after(
        as_owner, page(campaign, "switch"), {"all": "1", "on": "1"}
    )
    assert rows.all().count() == 3
    other = campaign_in(S.ACTIVE, connection, variants[:1], owner, name="By stock")
    assert "has no trigger “by hand”" in said_after(
        as_owner, page(other, "switch"), {"all": "1", "on": "1"}
    )


def test_a_variant_is_taken_in_again(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, (), owner)
    row = let_go(campaign, variants[0])
    CoveredVariant.objects.create(
        variant=variants[0],
        shop_id=campaign.shop_id,
        connection=connection,
        let_go=[campaign.layer_id],
        base_price="12.34",
        base_at=timezone.now(),
    )
    back = {"variant": str(variants[0].pk), "next": f"{page(campaign)}?show=left"}
    answer = as_owner.post(page(campaign, "take_back_in"), back)
    assert answer["Location"] == back["next"]
    row.refresh_from_db()
    assert (row.let_go_at, row.on) == (None, True)
    assert "12.34" in text_of(as_owner, f"{page(campaign)}?show=edits")
    evil = {"variant": str(variants[0].pk), "next": "https://evil.example/"}
    answer = as_owner.post(page(campaign, "take_back_in"), evil)
    assert answer["Location"] == page(campaign)


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("show", "queries"), [("on", 23), ("left", 23), ("moves", 23), ("edits", 24), ("ledger", 23)]
)
def test_the_page_costs_the_same_for_one_and_three(
    items: int,
    show: str,
    queries: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:items], owner, on=items)
    for each in variants[3 : 3 + items]:
        let_go(campaign, each)
    with django_assert_num_queries(queries):
        text_of(as_owner, f"{page(campaign)}?show={show}")


# -- end and roll back -----------------------------------------------------------------------------


def test_ending_shows_first_what_becomes_of_each_price(
    connection: Connection, variants: list[Variant], owner: User, viewer: User, stranger: User
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:5], owner, on=3)
    # Another one lies below on the second, and above on the third.
    below = campaign_in(S.ACTIVE, connection, (), owner, name="Below", priority=50)
    above = campaign_in(S.ACTIVE, connection, (), owner, name="Above", priority=500)
    put(below, variants[1])
    put(above, variants[2])
    CoveredVariant.objects.filter(variant=variants[1]).update(base_price=Decimal("10.00"))
    CoveredVariant.objects.filter(variant=variants[2]).update(base_price=Decimal("20.00"))
    Variant.objects.filter(pk=variants[1].pk).update(price=Decimal("8.00"))
    Variant.objects.filter(pk=variants[2].pk).update(price=Decimal("18.00"))
    let_go(campaign, variants[5])
    client = logged_in(owner)
    said = text_of(client, page(campaign, "roll_back"))
    assert "Back to the own price</dt><dd>1</dd>" in said
    assert "Another campaign shows</dt><dd>1</dd>" in said
    assert "Stay as they are</dt><dd>1<" in said
    assert 'Edits that are kept</dt><dd class="fr-warn">1' in said
    assert "2 prices will be written." in said
    assert '<span class="fr-before">9.00</span> <span aria-label="becomes">→</span>' in said
    assert "Below</span>" in said
    assert "SKU-21" not in said
    for person, status in ((viewer, 403), (stranger, 404)):
        for verb in ("end", "roll_back"):
            assert logged_in(person).get(page(campaign, verb)).status_code == status
            assert logged_in(person).post(page(campaign, verb)).status_code == status
    assert state_of(campaign) == "active"
    client.post(page(campaign, "roll_back"), {"reason": "A mistake"})
    assert state_of(campaign) == "rolling_back"
    assert campaign.state_reason == "A mistake"
    assert client.get(page(campaign, "end"))["Location"] == page(campaign)
    assert "cannot become rolling back" in said_after(client, page(campaign, "roll_back"))
    client.post(page(below, "end"))
    assert state_of(below) == "ended"


@pytest.mark.parametrize("items", [1, 3])
def test_the_preview_of_an_end_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, variants[:items], owner, on=items)
    with django_assert_num_queries(11):
        text_of(as_owner, page(campaign, "end"))
