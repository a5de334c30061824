"""The page of a new campaign: read as it is typed, wrong at its field, saved as a draft."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.enums import CampaignState
from campaigns.models import Campaign, UnsavedCampaign
from catalog_sync.models import Location, Product, StockHistory, StockLevel, Variant
from foundation.shops.models import Connection, Shop, User
from pricing.models import RuleSet, SavedFilter
from tests.campaigns.page_fixtures import campaign_in, draft
from tests.pricing.pages.asking import logged_in, text_of

pytestmark = pytest.mark.django_db

S = CampaignState
DRAFT = "3f2b8a52-8e0b-4f0e-9d55-0a3c2a9f1e11"
NEW, PREVIEW, REVIEW = "/campaigns/new/", "/campaigns/new/preview/", "/campaigns/new/review/"
TENTH_UP = [{"action": {"kind": "percent", "value": "10"}}]
WHOLE: dict[str, Any] = {
    "way": "filter",
    "all": "on",
    "follows": "follow",
    "trigger-0-kind": "stock_below",
    "trigger-0-threshold": "2",
    "trigger-0-off_by": "margin",
    "trigger-0-off": "1",
    "rules": json.dumps(TENTH_UP),
    "priority": "120",
    "cool_down": "4",
    "cool_down_unit": "60",
    "moves_per_day": "3",
    "min_margin": "12.5",
    "outside_edits": "overrule",
    "builds_on": "on",
    "name": "Scarce goes up",
}


def answer_to(client: Client, url: str, form: dict[str, Any]) -> str:
    """Post a form and return the answer's text with single spaces."""
    answer = client.post(url, form)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def field_error(said: str, name: str) -> str:
    """Return what an answer or a page says below a field."""
    start = said.index(f'id="{name}-error"')
    found = said[start : said.index("</div>", start)]
    return found.partition('class="fr-error">')[2].partition("</p>")[0]


@pytest.mark.usefixtures("variants")
def test_a_whole_campaign_is_saved_as_a_draft(connection: Connection, owner: User) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    # The night in which clocks go forward: 02:30 means 03:30.
    times = {"starts_at": "2027-03-14T02:30", "ends_at": "2027-03-20T18:00"}
    answer = logged_in(owner).post(NEW, {**WHOLE, **times})
    campaign = Campaign.objects.select_related("layer").get()
    assert answer["Location"] == reverse("campaigns:campaign", kwargs={"campaign_id": campaign.pk})
    layer = campaign.layer
    assert (campaign.name, campaign.state, campaign.created_by) == (
        "Scarce goes up",
        "draft",
        owner,
    )
    assert campaign.selection == {"all": True}
    assert campaign.triggers == [{"kind": "stock_below", "threshold": "2", "margin": "1"}]
    assert [rule.definition for rule in layer.rules.all()] == TENTH_UP
    assert (campaign.follows_catalogue, layer.priority, layer.builds_on) == (True, 120, True)
    assert (campaign.cool_down_minutes, campaign.moves_per_day) == (240, 3)
    assert (layer.min_margin, layer.outside_edits) == (Decimal("12.50"), "overrule")
    assert campaign.starts_at == dt.datetime(2027, 3, 14, 7, 30, tzinfo=dt.UTC)
    assert campaign.ends_at == dt.datetime(2027, 3, 20, 22, 0, tzinfo=dt.UTC)


@pytest.mark.usefixtures("variants")
def test_all_kinds_of_triggers_are_read(connection: Connection, as_owner: Client) -> None:
    Location.objects.create(
        shop_id=connection.shop_id, connection=connection, vendor_id=7001, name="Warehouse"
    )
    kinds = {
        "trigger-0-kind": "stock_above",
        "trigger-0-threshold": "30",
        "trigger-0-off_by": "off",
        "trigger-0-off": "20",
        "trigger-1-kind": "stock_change",
        "trigger-1-direction": "fall",
        "trigger-1-percent": "33.5",
        "trigger-1-hours": "24",
        "trigger-1-location": "7001",
        "trigger-2-kind": "out_of_stock",
        "trigger-3-kind": "back_in_stock",
        "trigger-3-hold": "48",
        # Of another kind, left over from before the kind was changed.
        "trigger-3-threshold": "nonsense",
        "trigger-4-kind": "by_hand",
    }
    said = answer_to(as_owner, PREVIEW, {**WHOLE, **kinds})
    for words in (
        "On when stock is above 30, off when it is at or below 20.",
        "On when stock at Warehouse has fallen by at least 33.5 % within 24 hours, off when",
        "On when stock is 0 or less, off when it is above 0.",
        "On for 48 hours when stock comes back, off at once when it is 0 or less again.",
        "On and off by hand, for each variant.",
    ):
        assert words in said
    as_owner.post(NEW, {**WHOLE, **kinds})
    assert Campaign.objects.get().triggers == [
        {"kind": "stock_above", "threshold": "30", "off": "20"},
        {
            "kind": "stock_change",
            "direction": "fall",
            "percent": "33.5",
            "hours": "24",
            "location": "7001",
        },
        {"kind": "out_of_stock"},
        {"kind": "back_in_stock", "hold": "48"},
        {"kind": "by_hand"},
    ]


@pytest.mark.usefixtures("variants", "connection")
@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": ""}, "id_name", "Give it a name"),
        ({"all": ""}, "all", "Set a filter, or tick this box"),
        ({"price_min": "5", "all": ""}, "follows", "cannot be chosen by price or stock"),
        ({"trigger-0-threshold": ""}, "trigger-0-threshold", "Enter the number of pieces."),
        ({"trigger-0-threshold": "2.5"}, "trigger-0-threshold", "Enter a whole number."),
        ({"trigger-0-off_by": "off"}, "trigger-0-off", "Enter at least 2"),
        ({"trigger-0-kind": ""}, "triggers", "Enter 1 to 5 triggers."),
        (
            {
                "trigger-1-kind": "stock_below",
                "trigger-1-threshold": "2",
                "trigger-1-off": "1",
            },
            "trigger-1-kind",
            "it says the same as trigger 1",
        ),
        ({"priority": "1001"}, "id_priority", "Enter a whole number from 0 to 1,000."),
        ({"cool_down": "31", "cool_down_unit": "1440"}, "id_cool_down", "At most 30 days."),
        ({"moves_per_day": "0"}, "id_moves_per_day", "from 1 to 1,000"),
        ({"min_margin": "120"}, "id_min_margin", "less than or equal to 99"),
        ({"starts_at": "tomorrow"}, "id_starts_at", "Write a day and a time"),
        (
            {"starts_at": "2027-03-15T08:00", "ends_at": "2027-03-14T08:00"},
            "id_ends_at",
            "It would end before it starts.",
        ),
        ({"ends_at": "9999-12-31T23:59"}, "id_ends_at", "There is no such time."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    changed: dict[str, str], field: str, said: str, shop: Shop, as_owner: Client
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    answer = as_owner.post(NEW, {**WHOLE, **changed})
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert said in field_error(page, field)
    assert 'data-sent="1"' in page
    assert not Campaign.objects.exists()


@pytest.mark.usefixtures("variants", "connection")
def test_wrong_rules_are_told_to_their_editor(as_owner: Client) -> None:
    rules = json.dumps([{"action": {"kind": "percent", "value": "x"}}, {"action": {}}])
    answer = as_owner.post(NEW, {**WHOLE, "rules": rules})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "0.action.value" in page
    assert "1.action.kind" in page
    listed = json.dumps([{"action": {"kind": "file"}}])
    assert as_owner.post(NEW, {**WHOLE, "rules": listed}).status_code == 422
    assert not Campaign.objects.exists()


@pytest.mark.usefixtures("variants")
def test_a_keystroke_is_answered_by_what_it_would_do_now(
    connection: Connection, as_owner: Client
) -> None:
    # Stock 1, 1, 2, 2, 3, 3 at 10, 10, 20, 20, 30, 30.
    campaign_in(S.ACTIVE, connection, (), name="Nowhere")
    form = {**WHOLE, "min_margin": ""}
    said = answer_to(as_owner, PREVIEW, form)
    assert "<strong>4</strong> would be on now" in said
    assert "<strong>4</strong> prices would change" in said
    # A tenth up on 1 + 1 pieces of 10.00 and 2 + 2 of 20.00.
    assert "<strong>10.00 CAD</strong> more on the stock at hand" in said
    assert "Stock 1 is at or below 2." in said
    assert "off: Stock 3 is above 2." in said
    lower = json.dumps([{"action": {"kind": "percent", "value": "-50"}}])
    Variant.objects.filter(sku="SKU-11").update(cost=Decimal("9.00"))
    said = answer_to(as_owner, PREVIEW, {**form, "rules": lower})
    assert "<strong>50.00 CAD</strong> given away on the stock at hand" in said
    assert "<strong>1</strong> would fall below cost" in said
    empty = answer_to(as_owner, PREVIEW, {**WHOLE, "trigger-0-threshold": ""})
    assert "Say when, and what becomes of the price" in empty
    # Nothing is wrong yet with what is empty.
    assert field_error(empty, "trigger-0-threshold") == ""
    wrong = answer_to(as_owner, PREVIEW, {**WHOLE, "trigger-0-threshold": "x"})
    assert "Enter an ordinary number" in field_error(wrong, "trigger-0-threshold")
    assert "Nothing is chosen yet" in answer_to(as_owner, PREVIEW, {**WHOLE, "all": ""})
    assert not Campaign.objects.exclude(name="Nowhere").exists()


@pytest.mark.usefixtures("variants")
def test_a_campaign_above_hides_it(
    connection: Connection, variants: list[Variant], as_owner: Client
) -> None:
    campaign_in(S.ACTIVE, connection, variants[:1], on=1, name="Above", priority=900)
    said = answer_to(as_owner, PREVIEW, {**WHOLE, "builds_on": "", "min_margin": ""})
    assert "<strong>4</strong> would be on now" in said
    assert "<strong>3</strong> prices would change" in said
    assert "<strong>1</strong> on, with the price as it is: hidden by a campaign above" in said


@pytest.mark.usefixtures("variants", "connection")
def test_saved_filters_and_rules_are_taken_over(shop: Shop, as_owner: Client) -> None:
    kept = SavedFilter.objects.create(shop=shop, name="Birch", selection={"vendor": "Birch"})
    rules = RuleSet.objects.create(
        shop=shop, name="Half", rules=[{"action": {"kind": "percent", "value": "-50"}}]
    )
    said = answer_to(as_owner, PREVIEW, {**WHOLE, "saved_filter": str(kept.pk)})
    assert "The filter “Birch” is taken over." in said
    assert "<strong>2</strong> variants of 1 product" in said
    said = answer_to(as_owner, PREVIEW, {**WHOLE, "rule_set": str(rules.pk)})
    assert "Lower by 50 %" in said
    page = text_of(as_owner, NEW)
    assert ">Birch</option>" in page
    assert ">Half</option>" in page
    page = text_of(as_owner, f"{NEW}?saved_filter={kept.pk}&rule_set={rules.pk}")
    assert "<strong>2</strong> variants of 1 product" in page


def _moved(variant: Variant, *levels: int) -> None:
    """Let stock have moved, a step each day, up to today."""
    now = timezone.now()
    common: dict[str, Any] = {
        "shop_id": variant.shop_id,
        "connection_id": variant.connection_id,
        "inventory_item_id": variant.inventory_item_id,
        "location_vendor_id": 7001,
    }
    before = None
    for days, level in enumerate(levels):
        at = now - dt.timedelta(days=len(levels) - days)
        StockHistory.objects.create(
            **common,
            before=before,
            after=level,
            cause="sync" if before is None else "webhook",
            vendor_updated_at=at,
            seen_at=at,
        )
        before = level
    StockLevel.objects.create(**common, available=levels[-1], vendor_updated_at=now)
    Variant.objects.filter(pk=variant.pk).update(stock=levels[-1])


def test_it_is_looked_over_in_words_among_others_and_on_the_past(
    connection: Connection, variants: list[Variant], as_owner: Client
) -> None:
    for each in variants:
        _moved(each, 9, 1, 9, 1, 9, 1, 9, 1, 9)
    campaign_in(S.ACTIVE, connection, variants[:2], name="Below", priority=10)
    form = {**WHOLE, "cool_down": "", "moves_per_day": "", "days": "7"}
    said = answer_to(as_owner, REVIEW, form)
    assert "On when stock is at or below 2, off when it is above 3." in said
    assert "Raise by 10 %" in said
    assert "This campaign&#x27;s price shows, worked out from the other&#x27;s." in said
    assert "2 variants in common" in said
    assert "On the last 7 days" in said
    assert "Times put</dt><dd>" in said
    assert "Most restless" in said
    assert "not complete yet" in answer_to(as_owner, REVIEW, {**form, "all": ""})
    nothing = answer_to(as_owner, REVIEW, {**form, "trigger-0-threshold": "-5"})
    assert "It would not have moved any price." in nothing
    assert Campaign.objects.count() == 1


def test_a_draft_is_tried_on_its_page(
    connection: Connection, variants: list[Variant], owner: User, viewer: User, stranger: User
) -> None:
    _moved(variants[0], 9, 1, 9, 1)
    campaign = draft(connection, owner)
    url = reverse("campaigns:trial", kwargs={"campaign_id": campaign.pk})
    for person in (owner, viewer):
        said = text_of(logged_in(person), f"{url}?days=30")
        assert "If it began now" in said
        assert "<strong>6</strong> would be on now" in said
        assert "On the last 30 days" in said
    assert "On the last 14 days" in text_of(logged_in(owner), f"{url}?days=nonsense")
    assert logged_in(stranger).get(url).status_code == 404
    Product.objects.update(deleted_at=timezone.now())
    assert "Nothing matches its targets" in text_of(logged_in(owner), url)


@pytest.mark.usefixtures("variants")
def test_a_draft_is_changed_until_it_begins(
    connection: Connection, owner: User, colleague: User, viewer: User, stranger: User
) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    starts = dt.datetime(2027, 7, 1, 12, 0, tzinfo=dt.UTC)
    campaign = draft(connection, owner, starts_at=starts, cool_down_minutes=2_880)
    url = reverse("campaigns:change", kwargs={"campaign_id": campaign.pk})
    page = text_of(logged_in(colleague), url)
    assert 'value="Low stock"' in page
    assert 'value="2027-07-01T08:00"' in page
    assert '<option value="1440" selected>days</option>' in page
    assert 'name="trigger-0-threshold" id="id_trigger-0-threshold" value="5"' in page
    assert f'name="campaign" value="{campaign.pk}"' in page
    for person, status in ((viewer, 403), (stranger, 404)):
        assert logged_in(person).get(url).status_code == status
        assert logged_in(person).post(url, WHOLE).status_code == status
    logged_in(colleague).post(url, WHOLE)
    campaign.refresh_from_db()
    assert (campaign.name, campaign.cool_down_minutes) == ("Scarce goes up", 240)
    assert campaign.starts_at is None
    Campaign.objects.filter(pk=campaign.pk).update(state=S.ACTIVE)
    answer = logged_in(colleague).post(url, {**WHOLE, "name": "Later"}, follow=True)
    assert "It has begun" in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.name == "Scarce goes up"


@pytest.mark.usefixtures("variants")
def test_a_copy_begins_with_everything_but_the_times(
    connection: Connection, owner: User, as_owner: Client, stranger: User
) -> None:
    starts = timezone.now() + dt.timedelta(days=1)
    campaign = draft(connection, owner, "Sale", starts_at=starts, builds_on=True, min_margin=20)
    page = text_of(as_owner, f"{NEW}?copy={campaign.pk}")
    assert "This is a copy of “Sale”" in page
    assert 'value="Copy of Sale"' in page
    assert 'name="min_margin" value="20"' in page
    assert 'name="starts_at" id="id_starts_at" value=""' in page
    assert "Copy of Sale" not in text_of(logged_in(stranger), f"{NEW}?copy={campaign.pk}")
    assert "New campaign" in text_of(as_owner, f"{NEW}?copy=nonsense")


def test_viewers_and_strangers_make_nothing(
    connection: Connection, viewer: User, stranger: User
) -> None:
    for url in (NEW, PREVIEW, REVIEW):
        assert logged_in(viewer).post(url, WHOLE).status_code == 403
    mine = {**WHOLE, "connection": str(connection.pk)}
    assert logged_in(stranger).post(NEW, mine).status_code == 422
    assert not Campaign.objects.exists()


def test_without_a_connection_the_page_teaches(shop: Shop, as_owner: Client) -> None:
    assert "Connect a shop first" in text_of(as_owner, NEW)
    assert shop.name


# -- kept as it is typed ---------------------------------------------------------------------------


@pytest.mark.usefixtures("variants", "connection")
def test_what_is_typed_survives_a_log_out(owner: User, colleague: User) -> None:
    form = {**WHOLE, "draft": DRAFT, "trigger-1-kind": "back_in_stock", "trigger-1-hold": "9\x00"}
    answer_to(logged_in(owner), PREVIEW, form)
    page = text_of(logged_in(owner), NEW)
    assert "Your unfinished campaign from" in page
    assert 'value="Scarce goes up"' in page
    assert 'id="id_trigger-1-hold" value="9"' in page
    assert f'id="draft" value="{DRAFT}"' in page
    assert "Scarce goes up" not in text_of(logged_in(colleague), NEW)
    assert "Scarce goes up" not in text_of(logged_in(owner), f"{NEW}?vendor=Birch")
    logged_in(owner).post("/campaigns/new/afresh/")
    assert "Scarce goes up" not in text_of(logged_in(owner), NEW)
    # A keystroke that was under way does not bring it back.
    answer_to(logged_in(owner), PREVIEW, form)
    assert "Scarce goes up" not in text_of(logged_in(owner), NEW)


@pytest.mark.usefixtures("variants", "connection")
def test_a_form_sent_twice_makes_one_campaign(owner: User, colleague: User) -> None:
    form = {**WHOLE, "draft": DRAFT}
    first, again = (logged_in(owner).post(NEW, form) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Campaign.objects.count() == 1
    said = answer_to(logged_in(owner), PREVIEW, form)
    assert "A campaign was made of this form already." in said
    assert DRAFT not in said
    # Another person's form is none of theirs.
    assert logged_in(colleague).post(NEW, form).status_code == 422
    assert Campaign.objects.count() == 1


@pytest.mark.usefixtures("variants", "connection")
def test_changing_a_draft_leaves_the_unfinished_form_alone(
    connection: Connection, owner: User, as_owner: Client
) -> None:
    campaign = draft(connection, owner, "Mine")
    answer_to(as_owner, PREVIEW, {**WHOLE, "campaign": str(campaign.pk)})
    assert not UnsavedCampaign.objects.exists()


@pytest.mark.parametrize("products", [1, 3])
@pytest.mark.parametrize(
    ("url", "queries"), [(NEW, 14), (PREVIEW, 19), (REVIEW, 14)], ids=["new", "preview", "review"]
)
def test_the_page_costs_the_same_for_one_and_three(
    products: int,
    url: str,
    queries: int,
    connection: Connection,
    variants: list[Variant],
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    kept = {each.product_id for each in variants[: 2 * products]}
    Variant.objects.exclude(product_id__in=kept).update(deleted_at=timezone.now())
    campaign_in(S.ACTIVE, connection, variants[:2], name="Below")
    with django_assert_num_queries(queries):
        if url == NEW:
            text_of(as_owner, url)
        else:
            answer_to(as_owner, url, WHOLE)
