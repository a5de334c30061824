"""Choosing columns in a browser, by keyboard too, down to what is asked for."""

import pytest
from playwright.sync_api import expect

from foundation.exports.models import ExportJob
from foundation.shops.models import User

from .conftest import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("width", [1440, 360])
def test_columns_are_put_in_order_and_asked_for(owner: User, open_as: OpenAs, width: int) -> None:
    page = open_as(owner, "/exports/options/audit/?kind=shop", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="None", exact=True).click()
    for name in ("actor", "deed"):
        page.get_by_label(name, exact=True).check()
    # actor, actor_id, deed: two steps up lead before actor, and the button stays in hand.
    page.get_by_role("button", name="Move deed up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == "Move deed up"
    page.get_by_label("For Excel").check()
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_text("Columns: deed, actor; with a byte order mark")).to_be_visible()
    assert ExportJob.objects.get().params == {"kind": "shop", "columns": "deed,actor", "bom": "1"}
