"""The print shop in a real browser: design by keyboard, pay and come back, take over by mail."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail as django_mail
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.demo.stripe_account import StripeAccount
from foundation.shops.models import Connection
from orders.artwork.document import read_document
from orders.artwork.placing import place_photo
from orders.artwork.scene import lay_out
from orders.designs.specs import spec_of
from orders.models import Design, Order, PrintShop, PrintSize
from tests.orders import shop as makers
from tests.orders.conftest import print_shop, size
from tests.orders.payments.conftest import account, stripe, stripe_sandbox

__all__ = ["account", "print_shop", "size", "stripe", "stripe_sandbox"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("files"),
]

Visit = Callable[..., Page]


@pytest.fixture
def visit(chrome: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Visit]:
    """Open a page as a new visitor: ``visit("/print-shop/", width=360)``.

    At the end the test fails if a page threw an error or broke its policy, or if anything but a
    page of its own was fetched from another origin.
    """
    settings.WEB_URL = live_server.url
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def heard(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                wrong.append(f"another origin: {asked.url}")
                if asked.frame.url.startswith(live_server.url)
                and not asked.is_navigation_request()
                and not asked.url.startswith((live_server.url, "data:", "blob:"))
                else None
            ),
        )

    def visited(path: str, *, width: int = 360, **options: Any) -> Page:
        context = chrome.new_context(
            viewport={"width": width, "height": 800}, base_url=live_server.url, **options
        )
        contexts.append(context)
        page = context.new_page()
        heard(page)
        page.goto(path)
        return page

    yield visited
    for context in contexts:
        context.close()
    assert wrong == []


def _begin(visit: Visit, **options: Any) -> Page:
    page = visit("/print-shop/", **options)
    page.get_by_role("link", name="Design a poster").click()
    page.locator("#photo").set_input_files(
        {"name": "rex.jpg", "mimeType": "image/jpeg", "buffer": makers.jpeg()}
    )
    expect(page.locator("html[data-ready]")).to_be_attached(timeout=15_000)
    return page


def _settled(page: Page) -> Any:
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    return Design.objects.latest("created_at").document


@pytest.mark.usefixtures("size")
def test_a_design_is_made_by_keyboard_on_a_narrow_screen(visit: Visit) -> None:
    page = _begin(visit)
    stage = page.get_by_role("application", name="Move the photo")
    stage.focus()
    for key in ("+", "+", "+", "+", "ArrowRight", "ArrowUp", "]", "]", "]"):
        page.keyboard.press(key)
    photo = _settled(page)["photo"]
    assert (photo["zoom"], photo["rotation"]) == (1.1255, 3)
    assert (photo["x"] > 0, photo["y"] < 0) == (True, True)
    _same_place(page, Design.objects.get())

    page.get_by_label("Name", exact=True).fill("Rex \U00012345")
    expect(page.get_by_text("No font of ours has")).to_contain_text("\U00012345")
    page.get_by_role("radio", name="Heart").focus()
    page.keyboard.press("Space")
    assert _settled(page)["frame"]["kind"] == "heart"
    page.keyboard.press("Control+z")
    assert _settled(page)["frame"]["kind"] == "star"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    # Nothing is lost by going away.
    page.goto("/print-shop/designs/")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Rex \U00012345")


def _same_place(page: Page, design: Design) -> None:
    """The browser puts the photo where the renderer does."""
    document = read_document(design.document)
    told = page.locator("#quick image").get_attribute("transform") or ""
    shown = [float(each) for each in re.findall(r"-?[\d.]+(?:e-?\d+)?", told)]
    placed = place_photo(
        document.photo,
        lay_out(document, spec_of(PrintSize.objects.get())).opening.box,
        width_px=design.photo.width,
        height_px=design.photo.height,
    )
    true = [placed.a, placed.c, placed.b, placed.d, placed.x, placed.y]
    assert shown == pytest.approx(true, abs=0.02)


def _stripes_page_is_the_sandboxs(page: Page, stripe: StripeAccount) -> None:
    """Let the browser find Stripe's page where our own calls find Stripe."""

    def through(route: Route) -> None:
        asked = route.request.url.replace("https://checkout.stripe.com", stripe._url)
        route.fulfill(response=route.fetch(url=asked, max_redirects=0))

    page.route("https://checkout.stripe.com/**", through)


def test_an_order_is_paid_and_waits_for_stripes_word(
    visit: Visit, size: PrintSize, account: Connection, stripe: StripeAccount
) -> None:
    assert account.shop_id == size.shop_id
    page = _begin(visit)
    _stripes_page_is_the_sandboxs(page, stripe)
    page.get_by_role("button", name="Order this print").click()
    page.get_by_role("button", name="Go on with this address").click()
    expect(page.get_by_role("alert").first).to_contain_text("Enter the street and number.")
    for field, value in makers.ADDRESS.items():
        if field in ("province", "country"):
            page.locator(f"#{field}").select_option(value)
        else:
            page.locator(f"#{field}").fill(value)
    page.get_by_role("button", name="Go on with this address").click()
    page.get_by_role("button", name="Pay CA$37.29").click()
    page.get_by_role("button", name="Pay $37.29 CAD").click()
    expect(page.get_by_role("heading", name="We are waiting for Stripe's word")).to_be_visible()
    # No webhook comes here: the page asks by itself, once.
    expect(page.get_by_role("heading", name="Thank you, your order is paid")).to_be_visible(
        timeout=10_000
    )
    assert Order.objects.get().status == "paid"


@pytest.mark.usefixtures("size")
def test_a_mailed_link_takes_designs_along(visit: Visit, print_shop: PrintShop) -> None:
    page = _begin(visit, width=1280)
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    makers.run_all("fast")
    found = re.search(r"/print-shop/log-in/[^\s]+/", str(django_mail.outbox[-1].body))
    assert (found is not None, print_shop.name) == (True, "Pet Star")
    assert found is not None
    phone = visit(found[0], width=390, color_scheme="dark", java_script_enabled=False)
    phone.get_by_role("button", name="Log in").click()
    expect(phone.get_by_text("Make it yours")).to_be_visible()
    phone.goto("/print-shop/designs/")
    expect(phone.get_by_role("link", name="Go on")).to_have_count(1)
    page.goto("/print-shop/designs/")
    expect(page.get_by_text("You have made nothing yet.")).to_be_visible()
