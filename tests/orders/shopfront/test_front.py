"""The front page, and what holds of every page: policy, caching, cookie, host."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from foundation.shops.models import Shop
from orders.models import PrintProduct, PrintShop, PrintSize
from orders.people.identity import COOKIE
from tests.orders import shop as makers

from .conftest import Browser

pytestmark = pytest.mark.django_db
FRONT = "/print-shop/"
POLICY = {
    "default-src": "'none'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy_of(answer: Any) -> dict[str, str]:
    said = answer["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (each.partition(" ") for each in said)}


@pytest.mark.usefixtures("size")
def test_the_front_shows_what_is_sold_and_from_which_price(shop: Shop) -> None:
    makers.sell(shop, size="30 x 40 cm", price="39.00")
    hidden = makers.sell(shop, name="Plate", price="1.00")
    PrintProduct.objects.filter(pk=hidden.product_id).update(active=False)
    page = Client().get(FRONT).content.decode()
    assert ("Poster" in page, "CA$24.00" in page, "CA$39.00" in page) == (True, True, True)
    assert ("Plate" in page, "CA$1.00" in page) == (False, False)
    assert "/print-shop/design/?product=poster" in page


@pytest.mark.usefixtures("print_shop")
def test_a_shop_that_sells_nothing_says_so() -> None:
    page = Client().get(FRONT).content.decode()
    assert ("Nothing is sold here yet." in page, "Make your print" in page) == (True, False)


@pytest.mark.usefixtures("size")
def test_a_closed_shop_says_so_kindly_and_takes_no_designs(print_shop: PrintShop) -> None:
    PrintShop.objects.filter(pk=print_shop.pk).update(open=False)
    page = Client().get(FRONT).content.decode()
    assert ("Pet Star takes no orders at the moment." in page, "Design a poster" in page) == (
        True,
        False,
    )
    answer = Client().get("/print-shop/design/")
    assert (answer.status_code, answer["Location"]) == (302, FRONT)


def test_without_a_print_shop_there_is_a_plain_page() -> None:
    answer = Client().get(FRONT)
    assert answer.status_code == 404
    assert "There is no print shop here yet" in answer.content.decode()


@pytest.mark.usefixtures("elsewhere")
def test_the_host_says_which_shop(print_shop: PrintShop) -> None:
    assert print_shop.name in Client().get(FRONT).content.decode()
    PrintShop.objects.filter(hosts=["else.example"]).update(name="Elsewhere Prints")
    page = Client(SERVER_NAME="else.example").get(FRONT).content.decode()
    assert ("Elsewhere Prints" in page, print_shop.name in page) == (True, False)


@pytest.mark.parametrize("path", [FRONT, "/print-shop/designs/", "/print-shop/nothing-here/x/"])
def test_the_policy_is_strict(size: PrintSize, path: str) -> None:
    answer = Client().get(path)
    if path.endswith("x/"):
        # No page of this room: the frame's own.
        assert answer.status_code == 404
        return
    policy = policy_of(answer)
    nonce = policy.pop("script-src")
    assert (nonce.startswith("'nonce-"), policy.pop("style-src")) == (True, nonce)
    assert policy.pop("connect-src").split()[0] == "'self'"
    assert policy == POLICY
    assert size.product.shop.name
    page = answer.content.decode()
    assert (" style=" in page, " onclick=" in page, "javascript:" in page) == (False, False, False)
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]


@pytest.mark.usefixtures("size")
def test_looking_around_leaves_no_visitor_behind() -> None:
    client = Client()
    for path in (FRONT, "/print-shop/design/", "/print-shop/designs/", "/print-shop/orders/"):
        assert client.get(path).status_code == 200
    assert COOKIE not in client.cookies


@pytest.mark.usefixtures("size")
def test_the_first_photo_sets_a_closed_cookie(size: PrintSize, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    answer = client.post("/print-shop/design/", {"size": str(size.pk), "photo": _photo()})
    assert answer.status_code == 302
    cookie = client.cookies[COOKIE]
    flags = (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"])
    assert flags == (True, True, "Lax", "/")


def _photo() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 -- only here

    return SimpleUploadedFile("rex.jpg", makers.jpeg(), content_type="image/jpeg")


@pytest.mark.parametrize("path", ["log-out/", "log-in/", "design/"])
@pytest.mark.usefixtures("size")
def test_every_form_needs_its_token(browser: Browser, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.client.cookies
    assert strict.post(f"{FRONT}{path}", {"email": "a@example.com"}).status_code == 403


@pytest.mark.parametrize("products", [1, 3])
def test_queries_of_the_front(
    shop: Shop,
    size: PrintSize,
    browser: Browser,
    products: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, products):
        makers.sell(shop, name=f"Product {number}")
    assert size.active
    # The shop, the visitor; its last design and order; products and sizes.
    with django_assert_num_queries(6):
        assert browser.client.get(FRONT).status_code == 200


def test_customers_are_shown_nothing_of_the_back_office(
    print_shop: PrintShop,
) -> None:
    assert print_shop.open
    careful = Client(enforce_csrf_checks=True)
    for answer, status, said in (
        (Client().get("/print-shop/no/such/page/"), 404, "There is no such page"),
        (careful.post("/print-shop/log-out/"), 403, "The page was open for too long"),
    ):
        page = answer.content.decode()
        assert (answer.status_code, f"<h1>{said}</h1>" in page) == (status, True)
        assert ('href="/print-shop/"' in page, "Backroom" in page) == (True, False)
