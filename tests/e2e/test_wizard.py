"""The new-job page in a real browser: rules by keyboard, errors at their place, nothing lost."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog_sync.models import Location, Variant
from foundation.shops.models import Connection, Shop, User
from pricing.models import JobDraft, PriceFile, PricingJob, RuleSet, SavedFilter
from tests import factories
from tests.pricing.page_fixtures import catalogue

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/pricing/new/"
# The page answers 422 where a form is refused; which port it is on is known in the test.
REFUSALS: list[str] = []
TWO_RULES = [
    {
        "name": "Old stock",
        "when": {
            "match": "all",
            "items": [
                {"field": "stock", "op": "gte", "value": "10"},
                {
                    "match": "any",
                    "items": [
                        {"field": "vendor", "op": "is", "value": "Maple"},
                        {
                            "field": "stock_at",
                            "op": "between",
                            "value": ["1", "5"],
                            "location": "7001",
                        },
                    ],
                },
            ],
        },
        "action": {"kind": "percent", "value": "-10"},
        "rounding": {"step": "1", "ending": "0.99"},
        "guards": [{"kind": "floor", "value": "5"}],
    },
    {"action": {"kind": "percent", "value": "-5"}, "compare_at": {"kind": "old_price"}},
]


@pytest.fixture
def connection(shop: Shop) -> Connection:
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    Location.objects.create(
        shop_id=connection.shop_id, connection=connection, vendor_id=7001, name="Warehouse"
    )
    return catalogue(connection, 15)


def heard(page: Page) -> None:
    """Wait until the server has answered what was typed."""
    page.wait_for_timeout(400)
    page.wait_for_function("!document.querySelector('.htmx-request')")


def rule(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Rule {number}", exact=True)


def said(page: Page) -> list[str]:
    """Return the sentence of each rule."""
    sentences = page.locator(".pw-say:visible > span:last-child").all_inner_texts()
    return [" ".join(each.split()) for each in sentences]


def focused(page: Page) -> str:
    return str(
        page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e.ariaLabel || (e.labels?.length ? e.labels[0].innerText : e.innerText); })()"
        )
    ).strip()


@pytest.mark.usefixtures("variants")
def test_a_simple_job_by_keyboard_alone(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, URL)
    page.get_by_label("Every variant of the shop").focus()
    page.keyboard.press("Space")
    page.get_by_label("What to do").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "Value"
    page.keyboard.type("-10")
    expect(page.locator("#preview .pr-totals strong")).to_have_text("30")
    expect(page.locator("#example")).to_contain_text("9.00 CAD")
    page.keyboard.press("Enter")
    assert PricingJob.objects.count() == 0, "Enter in a field is no order"
    for _ in range(20):
        page.keyboard.press("Tab")
        if focused(page) == "Make the plan":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/pricing/[0-9a-f-]{36}/"))
    job = PricingJob.objects.get()
    assert (job.selection, job.rules.get().definition) == (
        {"all": True},
        {"action": {"kind": "percent", "value": "-10"}},
    )


@pytest.mark.usefixtures("variants")
def test_rules_are_added_moved_duplicated_and_removed(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, f"{URL}?all=1")
    page.get_by_label("Value").fill("-5")
    page.get_by_role("button", name="Add a rule").focus()
    page.keyboard.press("Enter")
    first = rule(page, 1)
    assert focused(page) == "What to do"
    first.get_by_label("Value").fill("-10")
    first.get_by_label("Number").fill("10")
    expect(first).to_contain_text("1. When stock is at least 10: lower by 10 %")
    expect(rule(page, 2)).to_contain_text("2. Otherwise: lower by 5 %")
    expect(first).to_contain_text("Decides 12 of the first 30.")

    first.get_by_role("button", name="Duplicate rule 1").click()
    second = rule(page, 2)
    second.get_by_label("Of what").select_option(label="Vendor")
    second.get_by_label("Text").fill("Birch")
    second.get_by_label("Value").fill("-20")
    heard(page)
    assert said(page) == [
        "1. When stock is at least 10: lower by 10 %",
        "2. When vendor is Birch: lower by 20 %",
        "3. Otherwise: lower by 5 %",
    ]
    second.get_by_label("Value").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(rule(page, 1)).to_contain_text("1. When vendor is Birch: lower by 20 %")
    assert focused(page) == "Value", "the field moves with its rule"
    rule(page, 1).get_by_role("button", name="Move rule 1 down").click()
    expect(rule(page, 2)).to_contain_text("2. When vendor is Birch")
    assert focused(page) == "Move rule 2 down"
    rule(page, 2).get_by_role("button", name="Move rule 2 down").click()
    expect(rule(page, 3)).to_contain_text("This rule is never reached")
    assert focused(page) == "Move rule 3 up", "what cannot be pressed has no focus"
    rule(page, 3).get_by_role("button", name="Remove rule 3").click()
    heard(page)
    assert page.locator(".pw-rule").count() == 2


def test_what_is_wrong_is_shown_beside_it_and_has_the_focus(
    open_as: OpenAs, owner: User, shop: Shop, variants: list[Variant]
) -> None:
    del variants
    kept = RuleSet.objects.create(shop=shop, name="Clearance", rules=TWO_RULES)
    page = open_as(owner, f"{URL}?all=1&rule_set={kept.pk}")
    page.locator("button.pw-say").first.click()
    limits = rule(page, 1).locator("details", has_text="Limits")
    limits.locator("summary").click()
    limits.get_by_label("Never above").fill("3")
    error = "Enter a ceiling of at least the floor, 5."
    expect(limits).to_contain_text(error)
    assert limits.get_by_label("Never above").get_attribute("aria-invalid") == "true"


@pytest.mark.parametrize("open_as", [REFUSALS], indirect=True)
@pytest.mark.usefixtures("variants")
def test_a_refused_form_comes_back_with_the_focus_on_what_is_wrong(
    open_as: OpenAs, owner: User, live_server: LiveServer
) -> None:
    REFUSALS.append(f"{live_server.url}{URL}")
    page = open_as(owner, f"{URL}?all=1")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_text("Look at the rules")).to_be_visible()
    value = rule(page, 1).get_by_label("Value")
    expect(value).to_be_focused()
    expect(rule(page, 1)).to_contain_text("Enter a value: this action needs one.")
    expect(rule(page, 1)).to_contain_text("Enter a number.")
    value.fill("-10")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    assert PricingJob.objects.count() == 0


@pytest.mark.usefixtures("variants")
def test_nothing_is_lost_by_reloading_going_back_or_logging_out(
    open_as: OpenAs, owner: User
) -> None:
    page = open_as(owner, URL)
    page.get_by_text("By SKU").click()
    page.get_by_label("SKUs").fill("SKU-11\nSKU-21")
    page.get_by_label("Value").fill("-15")
    page.get_by_label("Name of the job").fill("Half done")
    heard(page)
    for leave in ("reload", "back", "return"):
        if leave == "reload":
            page.reload()
        elif leave == "back":
            page.goto("/pricing/")
            page.go_back()
        else:
            page.close()
            page = open_as(owner, URL)
        expect(page.get_by_label("SKUs")).to_have_value("SKU-11\nSKU-21")
        expect(page.get_by_label("Value")).to_have_value("-15")
        expect(page.get_by_label("Name of the job")).to_have_value("Half done")
        expect(page.get_by_text("Your unfinished job from")).to_be_visible()
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Name of the job")).to_have_value("")
    expect(page.get_by_text("Your unfinished job from")).to_be_hidden()


def test_products_are_picked_opened_and_kept(
    open_as: OpenAs, owner: User, variants: list[Variant]
) -> None:
    page = open_as(owner, URL)
    page.get_by_text("One by one").click()
    page.locator("#id_text").fill("SKU-1")
    picker = page.locator("#picker")
    expect(picker).to_contain_text("All that match: 14 variants of 7 products")
    page.get_by_label("Show the variants of Collar 10").focus()
    page.keyboard.press("Space")
    small = picker.get_by_label("Collar 10 Small SKU-101")
    small.focus()
    page.keyboard.press("Space")
    expect(page.locator("#preview .pr-totals strong")).to_have_text("1")
    expect(small).to_be_focused()
    page.locator("#id_text").fill("SKU-3")
    expect(picker.get_by_role("group", name="Chosen already")).to_contain_text("Collar 10 Small")
    picker.locator(f"#product-{variants[4].product_id}").check()
    expect(page.locator("#preview .pr-totals strong")).to_have_text("3")
    heard(page)
    assert JobDraft.objects.get().document["variant_ids"] == [str(variants[18].pk)]


def test_saving_and_taking_over(open_as: OpenAs, owner: User, variants: list[Variant]) -> None:
    del variants
    page = open_as(owner, f"{URL}?vendor=Birch")
    page.get_by_label("Value").fill("-10")
    heard(page)
    page.get_by_text("Save this filter as…").click()
    page.get_by_label("Name of the filter").fill("All of Birch")
    page.get_by_role("button", name="Save the filter").click()
    expect(page.get_by_text("The filter is saved as “All of Birch”.")).to_be_visible()
    assert SavedFilter.objects.get().selection == {"vendor": "Birch"}
    page.get_by_text("Save these rules as…").click()
    page.get_by_label("Name of the rule set").fill("Ten off")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules are saved as “Ten off”.")).to_be_visible()
    assert RuleSet.objects.get().rules == [{"action": {"kind": "percent", "value": "-10"}}]

    page.goto(f"{URL}?all=1")
    page.get_by_label("Value").fill("-99")
    heard(page)
    page.get_by_label("Saved filter").select_option(label="All of Birch")
    expect(page.locator("#preview .pr-totals strong")).to_have_text("14")
    page.get_by_label("Begin with a saved rule set").select_option(label="Ten off")
    expect(page.get_by_label("Value")).to_have_value("-10")
    page.get_by_role("button", name="Bring back what was here").click()
    expect(page.get_by_label("Value")).to_have_value("-99")


def test_a_price_list_sets_the_first_rule(
    open_as: OpenAs, owner: User, connection: Connection, variants: list[Variant]
) -> None:
    del variants
    PriceFile.objects.create(
        shop_id=connection.shop_id, connection=connection, name="spring.csv", state="ready"
    )
    page = open_as(owner, URL)
    actions = page.get_by_label("What to do")
    assert "file" not in actions.locator("option").evaluate_all("all => all.map(o => o.value)")
    page.get_by_text("By price list").click()
    page.get_by_label("Price list", exact=True).select_option(label="spring.csv")
    expect(actions).to_have_value("file")
    expect(page.get_by_label("Value")).to_be_hidden()
    expect(page.locator(".pw-say:visible")).to_contain_text("the price of the uploaded list")
    page.get_by_text("By search and filters").click()
    expect(actions).to_have_value("percent")


@pytest.mark.usefixtures("variants")
def test_a_simple_job_without_a_script(
    chrome: Browser, live_server: LiveServer, owner: User
) -> None:
    client = Client()
    client.force_login(owner)
    context = chrome.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(URL)
    page.get_by_label("Vendor").select_option("Birch")
    page.get_by_label("Value").fill("-10")
    page.get_by_label("Round to").fill("0.05")
    page.get_by_role("button", name="Show what matches").click()
    expect(page.locator("#preview .pr-totals strong")).to_have_text("14")
    expect(page.locator("#preview")).to_contain_text("18.00 CAD")
    expect(page.get_by_label("Round to")).to_have_value("0.05")
    page.get_by_role("button", name="Make the plan").click()
    expect(page).to_have_url(re.compile(r"/pricing/[0-9a-f-]{36}/"))
    context.close()
    job = PricingJob.objects.get()
    assert (job.selection, job.rules.get().definition) == (
        {"vendor": "Birch"},
        {"action": {"kind": "percent", "value": "-10"}, "rounding": {"step": "0.05"}},
    )


@pytest.mark.parametrize(("width", "dark"), [(390, True), (768, False), (1440, True)])
def test_the_page_fits_every_width_with_everything_open(
    open_as: OpenAs, owner: User, shop: Shop, variants: list[Variant], width: int, *, dark: bool
) -> None:
    del variants
    kept = RuleSet.objects.create(shop=shop, name="Clearance", rules=TWO_RULES)
    page = open_as(owner, f"{URL}?all=1&rule_set={kept.pk}", width=width, dark=dark)
    page.locator("button.pw-say").first.click()
    for fold in page.locator(".pw-fold summary:visible").all():
        fold.click()
    for way in ("filter", "skus", "chosen", "list"):
        page.locator(f"label:has(#way-{way})").click()
        heard(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, way
