"""What a shop keeps for its price jobs, in a real browser: by keyboard, on a phone, too large."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from foundation.shops.models import Shop, User
from foundation.work.enums import Group
from foundation.work.runner import run_batch
from pricing.api import Action, simple_rule
from pricing.models import PriceFile, PriceLock
from pricing.services import save_rule_set
from tests import factories
from tests.pricing.page_fixtures import catalogue

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A file that is refused is answered with 413; which port the page is on is known in the test.
REFUSALS: list[str] = []
PAGES = ("rules", "filters", "locks", "approval", "lists", "lists/new")


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of the default storage, and files to upload beside it."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    with override_settings(VAR_DIR=tmp_path, STORAGES={**settings.STORAGES, "default": place}):
        yield tmp_path


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with an account and three products."""
    catalogue(factories.shopify_connection(shop))
    return shop


def wide(page: Page) -> bool:
    """Tell whether a page is wider than the window."""
    found: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found


@pytest.mark.usefixtures("stocked")
def test_no_page_is_wider_than_a_phone(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/pricing/rules/", width=390)
    for name in PAGES:
        page.goto(f"/pricing/{name}/")
        assert not wide(page), name
        # The room one is in is in sight among the others.
        expect(page.get_by_label("Prices").locator("[aria-current]")).to_be_in_viewport()


@pytest.mark.usefixtures("stocked")
def test_a_list_is_uploaded_and_read_on_a_phone(open_as: OpenAs, owner: User, files: Path) -> None:
    content = "sku;price\nSKU-11;12,50\nSKU-99;1,00\nSKU-12;1,234\n"
    (files / "spring.csv").write_text(content)
    page = open_as(owner, "/pricing/lists/new/", width=390)
    page.get_by_label("CSV file").set_input_files(files / "spring.csv")
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("Each line is being checked")).to_be_visible()
    run_batch(Group.HEAVY)
    # The page comes to show it by itself.
    expect(page.get_by_text("of 3 lines")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name=re.compile("Unreadable")).click()
    expect(page.get_by_text("Write 1234.00 if that is meant.")).to_be_visible()
    assert not wide(page)


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("open_as", [REFUSALS], indirect=True)
def test_a_file_that_is_too_large_is_said_to_be_so_before_and_after_it_is_sent(
    open_as: OpenAs, owner: User, files: Path, live_server: LiveServer
) -> None:
    REFUSALS.append(f"{live_server.url}/pricing/lists/new/")
    with override_settings(PRICING_LIST_MAX_BYTES=100_000):
        (files / "large.csv").write_bytes(b"sku,price\n" + b"x,1\n" * 500_000)
        page = open_as(owner, "/pricing/lists/new/")
        page.get_by_label("CSV file").set_input_files(files / "large.csv")
        expect(page.get_by_text("The file is larger than 97.7 KB.")).to_be_visible()
        expect(page.get_by_role("button", name="Upload and check")).to_be_disabled()
        # Somebody without scripts sends it all the same, and is answered.
        form = page.locator("form[enctype]")
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        expect(page.get_by_text("Nothing was stored.")).to_be_visible()
        assert page.url == f"{live_server.url}/pricing/lists/new/"
    assert (PriceFile.objects.count(), sorted(path.name for path in files.iterdir())) == (
        0,
        ["large.csv"],
    )


def test_a_rule_set_is_renamed_and_a_price_unlocked_by_keyboard(
    open_as: OpenAs, owner: User, stocked: Shop
) -> None:
    rule = simple_rule(Action.PERCENT, -10)
    save_rule_set(shop_id=stocked.pk, name="Clearance", rules=[rule], actor_id=owner.pk)
    page = open_as(owner, "/pricing/rules/")
    page.get_by_role("button", name="Rename").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name").fill("Spring clearance")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="Spring clearance")).to_be_visible()

    page.goto("/pricing/locks/")
    page.get_by_label("SKUs").fill("SKU-11\nsku-12")
    page.locator("#lock-skus").get_by_label("Reason").fill("Under contract")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 prices are locked.")).to_be_visible()
    unlock = page.get_by_role("button", name="Unlock")
    unlock.first.focus()
    page.keyboard.press("Enter")
    expect(unlock).to_have_count(1)
    assert PriceLock.objects.count() == 1
