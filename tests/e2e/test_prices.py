"""The price story in a real browser, against real web, workers, beat and the sandbox shop."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from config.demo.merchant import Merchant
from config.door.stack import Options, Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

DOMAIN = "demo-shop.myshopify.com"
TOKEN = "shpat_demo_0000000000000000000000000000"
PRODUCTS, VARIANTS = 24, 96
# A run here takes seconds; on a busy machine many.
SOON = 45_000
MAIN_PAGES = (
    "/",
    "/pricing/",
    "/pricing/new/",
    "/pricing/new/?all=1",
    "/pricing/ledger/",
    "/catalog/",
    "/operations/jobs/?tab=done",
    "/operations/exchanges/",
    "/operations/connections/",
    "/operations/mails/",
    "/alerts/",
    "/exports/",
    "/audit/",
    "/panic/",
)
# From a list to the pages of its rows.
LEADING = (
    ("/pricing/", "td a[href^='/pricing/']"),
    ("/pricing/ledger/", "a[href^='/pricing/variants/']"),
    ("/catalog/", "a[href^='/catalog/products/']"),
    ("/operations/jobs/?tab=done", "td a[href^='/operations/jobs/']"),
    ("/operations/connections/", "h2 a[href^='/operations/connections/']"),
)


@dataclass(slots=True)
class House:
    """What the tests of this file share: a stack with an imported shop, and who acts outside."""

    stack: Stack
    merchant: Merchant
    wrong: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> str:
        """Where the products' pictures are: the vendor's, as PICTURE_ORIGINS allows."""
        return f"{self.stack.addresses.sandbox}/pictures/"

    def watch(self, page: Page) -> None:
        """Note what a page must never do: throw, complain, fail, ask another origin."""
        ours = (self.stack.addresses.web, self.pictures, "data:", "blob:")

        def answered(url: str, status: int) -> None:
            if status >= 400:
                self.wrong.append(f"{status} {url}")

        def asked(url: str) -> None:
            if not url.startswith(ours):
                self.wrong.append(f"another origin: {url}")

        page.on("pageerror", lambda error: self.wrong.append(f"threw: {error}"))
        page.on("response", lambda answer: answered(answer.url, answer.status))
        page.on("request", lambda request: asked(request.url))
        page.on(
            "console",
            lambda told: (
                self.wrong.append(f"console: {told.text}")
                if told.type in ("error", "warning")
                else None
            ),
        )


Open = Callable[..., Page]


@pytest.fixture(scope="module")
def house(chrome: Browser) -> Iterator[House]:
    """Bring everything up and import the shop; without a browser nothing is started."""
    del chrome
    options = Options(
        services=frozenset(
            {"sandbox", "web", "live", "worker-fast", "worker-remote", "worker-heavy", "beat"}
        ),
        sandbox_arguments=("--products", str(PRODUCTS), "--variants-per-product", "4"),
    )
    with Stack(options) as stack:
        stack.run_manage("seed_demo", "--json")
        stack.run_manage("sync_shopify", "--full", "--wait", "--shop", DOMAIN)
        yield House(stack, Merchant(DOMAIN, url=stack.addresses.sandbox))


@pytest.fixture
def open_page(chrome: Browser, house: House) -> Iterator[Open]:
    """Open a page of the stack, by default logged in as the owner."""
    contexts = []

    def open_it(path: str, *, width: int = 1440, anonymous: bool = False) -> Page:
        context = chrome.new_context(
            viewport={"width": width, "height": 900}, base_url=house.stack.addresses.web
        )
        contexts.append(context)
        page = context.new_page()
        house.watch(page)
        if not anonymous:
            page.goto("/login/")
            page.get_by_label("E-mail").fill("owner@demo.test")
            page.get_by_label("Password").fill("backroom-demo")
            page.get_by_role("button", name="Log in").click()
            expect(page).to_have_url("/")
        page.goto(path)
        return page

    house.wrong.clear()
    yield open_it
    for context in contexts:
        context.close()
    assert house.wrong == []


def _press_to(page: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until the focus is on what is called so; it must be seen there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        words, outline = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " const label = e.labels && e.labels.length ? e.labels[0].innerText : '';"
            " return [(label || e.ariaLabel || e.innerText || '').trim(), s.outlineStyle]; })()"
        )
        if words.endswith(name):
            assert outline != "none", f"the focus is not seen on {name}"
            return
    pytest.fail(f"{name} is not reached by {most} Tabs")


def _done(page: Page) -> int:
    return int(page.get_by_role("progressbar").first.get_attribute("aria-valuenow") or 0)


def test_the_price_story(house: House, open_page: Open) -> None:
    before = house.merchant.prices()
    page = open_page("/pricing/")
    page.get_by_role("link", name="New price job").click()
    preview = page.locator("#preview")
    page.get_by_role("searchbox", name="Search", exact=True).first.fill("no such thing")
    expect(preview).to_contain_text("Nothing matches")
    page.get_by_role("searchbox", name="Search", exact=True).first.fill("")
    page.get_by_label("Every variant of the shop").check()
    expect(preview.locator(".pr-totals strong")).to_have_text(str(VARIANTS))
    page.get_by_label("Value").fill("-10")
    expect(preview.get_by_role("row").nth(1)).to_contain_text("\N{MINUS SIGN}10.0 %")
    page.get_by_label("Name of the job").fill("Ten off")
    page.get_by_role("button", name="Make the plan").click()
    confirm = page.get_by_role("button", name=re.compile(r"^Change \d+ prices$"))
    expect(confirm).to_have_text(f"Change {VARIANTS} prices", timeout=SOON)
    assert house.merchant.prices() == before, "planning wrote something"

    house.merchant.set_bucket(drain=True)
    confirm.click()
    expect(page.get_by_role("heading", name="Writing prices")).to_be_visible(timeout=SOON)
    page.evaluate("window.stayed = true")
    seen = _done(page)
    page.wait_for_function(
        "seen => { const bar = document.querySelector('#job-status [role=progressbar]');"
        " return bar && Number(bar.getAttribute('aria-valuenow')) > seen; }",
        arg=seen,
        timeout=SOON,
    )
    assert page.evaluate("window.stayed") is True, "progress came by loading the page again"

    expect(page.locator("#job-status")).to_contain_text("Completed", timeout=SOON)
    expect(page.locator("#job-status")).to_contain_text(
        f"{VARIANTS} of {VARIANTS} planned changes were written"
    )
    row = page.locator("#rows tbody tr").first
    sku = row.locator(".fr-mono").inner_text()
    variant = next(each["id"] for each in house.merchant.variants() if each["sku"] == sku)
    after = house.merchant.prices()
    expect(row).to_contain_text(f"{after[variant][0]:.2f} CAD")
    assert after[variant][0] == (before[variant][0] * Decimal("0.9")).quantize(Decimal("0.01"))

    page.get_by_role("button", name="Roll back").click()
    expect(confirm).to_have_text(f"Change {VARIANTS} prices", timeout=SOON)
    mine = Decimal("77.77")
    house.merchant.edit([(variant, mine)])
    confirm.click()
    expect(page.locator("#job-status")).to_contain_text("Completed", timeout=SOON)
    expect(page.locator("#job-status")).to_contain_text(
        "1 was kept because somebody changed it first"
    )
    expect(page.get_by_role("row", name="Changed in the shop since the plan").first).to_be_visible()
    page.get_by_role("link", name="Conflict", exact=False).first.click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.locator("#rows tbody tr")).to_contain_text("77.77")
    assert house.merchant.prices() == {**before, variant: (mine, before[variant][1])}


def test_the_story_by_keyboard_only(house: House, open_page: Open) -> None:
    sku = min(each["sku"] for each in house.merchant.variants() if each["sku"])
    page = open_page("/login/", anonymous=True)
    keys = page.keyboard
    expect(page.get_by_label("E-mail")).to_be_focused()
    keys.type("editor@demo.test")
    keys.press("Tab")
    keys.type("backroom-demo")
    keys.press("Enter")
    expect(page).to_have_url("/")
    keys.press("Control+k")
    # The palette takes the keyboard a moment after it shows.
    expect(page.get_by_placeholder("Go to a page")).to_be_focused()
    keys.type("price")
    page.locator("#command-results-list").get_by_text("Prices").first.wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page).to_have_url("/pricing/")
    _press_to(page, "New price job")
    keys.press("Enter")
    expect(page).to_have_url("/pricing/new/")
    _press_to(page, "Search")
    keys.type(sku)
    _press_to(page, "Value")
    keys.type("5")
    expect(page.locator("#matching")).to_have_text("1 variant chosen.")
    _press_to(page, "Make the plan")
    keys.press("Enter")
    page.get_by_role("button", name="Change 1 price").wait_for(timeout=SOON)
    _press_to(page, "Change 1 price")
    keys.press("Enter")
    expect(page.locator("#job-status")).to_contain_text("Completed", timeout=SOON)
    _press_to(page, "Roll back…")
    keys.press("Enter")
    page.get_by_role("button", name="Change 1 price").wait_for(timeout=SOON)
    _press_to(page, "Change 1 price")
    keys.press("Enter")
    expect(page.locator("#job-status")).to_contain_text("Completed", timeout=SOON)


def test_no_page_is_wider_than_a_phone(open_page: Open) -> None:
    page = open_page("/", width=390)
    paths = list(MAIN_PAGES)
    for path, link in LEADING:
        page.goto(path)
        paths += [str(each.get_attribute("href")) for each in page.locator(link).all()[:2]]
    assert len(paths) > len(MAIN_PAGES) + len(LEADING)
    wide = {}
    for path in paths:
        page.goto(path)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            wide[path] = over
    assert wide == {}


def test_when_nobody_works_a_bar_says_so_and_what_to_do(house: House, open_page: Open) -> None:
    names = ("worker-fast", "worker-remote", "worker-heavy", "beat")
    page = open_page("/pricing/")
    expect(page.get_by_role("alert")).to_have_count(0)
    frozen = [pid for name in names for pid in house.stack.pause(name)]
    try:
        with psycopg.connect(house.stack.environment["DATABASE_URL"]) as database:
            database.execute("UPDATE work_heartbeat SET seen_at = now() - interval '5 minutes'")
            database.execute("UPDATE work_job SET lease_until = now() WHERE state = 'running'")
        page.reload()
        bar = page.get_by_role("alert")
        expect(bar).to_contain_text("Nobody is working.")
        expect(bar).to_contain_text("since 5 min ago")
        expect(bar).to_contain_text("Nothing is lost")
        expect(bar.locator("code")).to_have_text(["docker compose up -d", "./run demo"])
    finally:
        house.stack.resume(frozen)
    # It goes away by itself: it asks every 15 seconds, workers and beat report every few.
    expect(page.get_by_role("alert")).to_have_count(0, timeout=SOON)


def test_a_dead_token_says_what_why_and_what_now(open_page: Open) -> None:
    page = open_page("/operations/connections/")
    page.get_by_role("link", name=DOMAIN).click()

    def store(token: str) -> None:
        page.get_by_role("link", name="New credentials").click()
        page.get_by_label("New access token").fill(token)
        page.get_by_role("button", name="Store and test").click()

    store("shpat_0123456789abcdef0123456789abcdef")
    said = page.get_by_text("The test failed.")
    expect(said).to_contain_text(f"The shop {DOMAIN} does not accept the access token (HTTP 401)")
    expect(said).to_contain_text("Enter the custom app's current Admin API token")
    expect(page.locator("#connection")).to_contain_text(re.compile("Test failed|Parked"))
    page.goto("/")
    expect(page.locator("#overview")).to_contain_text(re.compile("Test failed|Parked"))
    page.goto("/operations/connections/")
    page.get_by_role("link", name=DOMAIN).click()
    store(TOKEN)
    expect(page.get_by_text("everything needed is there")).to_be_visible()
    # A job may have met the dead token meanwhile.
    resume = page.get_by_role("button", name="Resume")
    if resume.count():
        resume.first.click()
        page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.locator("#connection")).to_contain_text("Works")
