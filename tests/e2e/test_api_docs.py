"""The API's page in a real browser: it draws itself from our own origin, under its policy."""

import json

import pytest
from playwright.sync_api import expect

from foundation.shops.models import User
from tests.factories import PASSWORD

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.usefixtures("shop")
def test_a_person_gets_a_token_from_the_page(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/", width=1280)
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.get_by_role("link", name="API", exact=True).click()
    expect(page.get_by_role("heading", name="Backroom")).to_be_visible()
    page.locator("#operations-token-token_create").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.locator("textarea").fill(json.dumps({"email": owner.email, "password": PASSWORD}))
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").nth(1)).to_have_text("200")
    expect(page.locator(".live-responses-table")).to_contain_text('"access"')
    assert said == []


@pytest.mark.usefixtures("shop")
def test_it_fits_a_telephone(open_as: OpenAs, owner: User) -> None:
    page = open_as(owner, "/api/docs/", width=360)
    expect(page.locator("#operations-token-token_create")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_role("link", name="Backroom").click()
    expect(page).to_have_title("Overview · Backroom")
