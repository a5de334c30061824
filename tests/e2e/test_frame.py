"""The frame in a real browser: widths, dark and light, keyboard, dialogs, live fragments."""

import pytest
from playwright.sync_api import Page, expect

from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group, JobState
from foundation.work.models import Job

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/",
    "/operations/jobs/?tab=dead",
    "/operations/connections/",
    "/operations/connections/add/",
    "/operations/exchanges/",
    "/operations/mails/",
    "/alerts/",
    "/exports/",
    "/audit/",
    "/panic/",
    "/password/",
)


def _dead(shop: Shop, error: str) -> Job:
    return Job.objects.create(
        name="work.prune", group=Group.FAST, shop=shop, state=JobState.DEAD, error=error
    )


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize(("width", "dark"), [(360, True), (768, False), (1440, True)])
def test_pages_fit_every_width(
    open_as: OpenAs, connection: Connection, owner: User, width: int, *, dark: bool
) -> None:
    _dead(connection.shop, "a_very_long_word_without_any_place_to_break_it_" * 6)
    page = open_as(owner, "/", width=width, dark=dark)
    for path in PAGES:
        page.goto(path)
        assert _overflow(page) <= 0, path
        background = page.evaluate("getComputedStyle(document.querySelector('#main')).color")
        assert background
        assert page.evaluate("document.documentElement.classList.contains('dark')") is dark


@pytest.mark.usefixtures("shop")
def test_logging_in_and_out(open_as: OpenAs, owner: User) -> None:
    from tests.factories import PASSWORD  # noqa: PLC0415 -- only here

    page = open_as(None, "/operations/jobs/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url("/operations/jobs/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_dead_job_is_discarded_by_keyboard(open_as: OpenAs, owner: User, shop: Shop) -> None:
    job = _dead(shop, "It never answered")
    page = open_as(owner, "/operations/jobs/?tab=dead")
    row = page.get_by_role("row", name="It never answered")
    row.get_by_role("button", name="Discard").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Discard this job?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Enter")
    dialog.get_by_label("Reason").fill("the product is gone")
    dialog.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("1 job discarded for good.")).to_be_visible()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_the_list_changes_by_itself(open_as: OpenAs, owner: User, shop: Shop) -> None:
    page = open_as(owner, "/operations/jobs/?tab=dead")
    expect(page.get_by_text("No dead letters")).to_be_visible()
    _dead(shop, "It died while somebody looked")
    expect(page.get_by_text("It died while somebody looked")).to_be_visible(timeout=12_000)


@pytest.mark.usefixtures("shop")
def test_the_menu_of_a_phone(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/", width=390)
    link = page.get_by_role("link", name="Connections", exact=True).first
    expect(link).to_be_hidden()
    menu = page.get_by_role("button", name="Menu", exact=True)
    menu.click()
    expect(link).to_be_visible()
    page.get_by_role("button", name="Close the menu").click()
    expect(link).to_be_hidden()
    menu.click()
    link.click()
    expect(page).to_have_url("/operations/connections/")
    menu.click()
    expect(link).to_have_attribute("aria-current", "page")


@pytest.mark.usefixtures("shop")
def test_the_palette_leads_everywhere(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/")
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search").fill("panic")
    page.locator("#command-results-list").get_by_text("Panic switch").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/panic/")


def test_the_panic_switch_from_hand_to_bar(open_as: OpenAs, owner: User, shop: Shop) -> None:
    page = open_as(owner, "/panic/", width=390)
    page.get_by_label("Reason").fill("prices look wrong")
    page.get_by_role("button", name=f"Freeze {shop.name} now").click()
    expect(page.get_by_role("alert").first).to_contain_text(f"{shop.name} is frozen")
    page.goto("/audit/")
    expect(page.get_by_role("alert").first).to_contain_text("prices look wrong")
    page.get_by_role("link", name="Release…").click()
    page.get_by_role("button", name="Release the shop").click()
    page.get_by_role("dialog").get_by_role("button", name="Release the shop").click()
    expect(page.get_by_text(f"{shop.name} works normally")).to_be_visible()


@pytest.mark.usefixtures("shop")
def test_focus_is_seen(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, s.outlineWidth, document.activeElement.outerHTML]; })()"
        )
        assert style[0] != "none", style
        assert style[1] != "0px", style
