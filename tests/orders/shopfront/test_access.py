"""Logging in by a mailed link: asked for, opened by programs, pressed once, and out again."""

import re

import pytest
from django.core import mail as django_mail
from django.test import Client

from orders.models import Customer, Design, LoginLink, Visitor
from orders.people.identity import COOKIE
from tests.orders import shop as makers

from .conftest import Browser, MakeOrder

pytestmark = pytest.mark.django_db
LOG_IN = "/print-shop/log-in/"
EMAIL = "ada@example.com"


def link_after_asking(browser: Browser, **form: str) -> str:
    """Ask for a link, and return its path out of the mail."""
    answer = browser.client.post(LOG_IN, {"email": EMAIL, **form})
    assert "Look into your mail" in answer.content.decode()
    makers.run_all("fast")
    found = re.search(r"/print-shop/log-in/[^\s]+/", str(django_mail.outbox[-1].body))
    assert found is not None
    return found[0]


@pytest.mark.usefixtures("print_shop")
def test_only_an_address_is_mailed_to() -> None:
    answer = Client().post(LOG_IN, {"email": "ada at example"})
    page = answer.content.decode()
    assert (answer.status_code, "That is not an e-mail address." in page) == (422, True)
    assert 'aria-invalid="true"' in page
    assert (LoginLink.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.usefixtures("print_shop")
def test_an_address_may_be_long() -> None:
    long = f"anna-lena.schneider@{'a' * 60}.{'b' * 60}.example.com"
    answer = Client().post(LOG_IN, {"email": long})
    assert (answer.status_code, long in answer.content.decode()) == (200, True)
    assert Customer.objects.get().email == long
    # The limit is the address's, in capitals, too; the fifth is the last.
    for _ in range(4):
        assert Client().post(LOG_IN, {"email": long.upper()}).status_code == 200
    assert Client().post(LOG_IN, {"email": long}).status_code == 429
    assert LoginLink.objects.count() == 5


def test_opening_does_nothing_and_pressing_logs_in(browser: Browser, design: Design) -> None:
    path = link_after_asking(browser)
    for client in (Client(), browser.client):
        for answer in (client.get(path), client.head(path)):
            assert answer.status_code == 200
    assert (LoginLink.objects.get().used_at, COOKIE in Client().cookies) == (None, False)
    assert Design.objects.get(pk=design.pk).customer_id is None

    answer = browser.client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, "/print-shop/designs/")
    customer = Customer.objects.get(email=EMAIL)
    assert Design.objects.get(pk=design.pk).customer_id == customer.pk
    assert f"Logged in as {EMAIL}" in browser.client.get("/print-shop/").content.decode()

    again = browser.client.post(path)
    page = again.content.decode()
    assert (again.status_code, "This link was used already" in page) == (410, True)


def test_the_phone_that_opens_the_link_finds_what_the_desk_made(
    browser: Browser, design: Design, draft: MakeOrder
) -> None:
    order = draft()
    phone = Client()
    path = link_after_asking(browser)
    assert phone.post(path).status_code == 302
    for found in (f"/print-shop/design/{design.pk}/", f"/print-shop/orders/{order.pk}/"):
        assert phone.get(found).status_code == 200
        # The desk asked, and was not logged in by that: the customer's is the customer's now.
        assert browser.client.get(found).status_code == 404


def test_after_logging_out_nothing_is_left(browser: Browser, design: Design) -> None:
    browser.client.post(link_after_asking(browser))
    kept = browser.client.cookies[COOKIE].value
    answer = browser.client.post("/print-shop/log-out/")
    assert (answer["Location"], answer.cookies[COOKIE]["max-age"]) == ("/print-shop/", 0)
    page = f"/print-shop/design/{design.pk}/"
    assert browser.client.get(page).status_code == 404
    # Nor with the cookie that was thrown away.
    thief = Client()
    thief.cookies[COOKIE] = kept
    assert thief.get(page).status_code == 404
    assert browser.client.get("/print-shop/log-out/").status_code == 405


@pytest.mark.parametrize(
    ("onward", "to"),
    [
        ("/print-shop/orders/", "/print-shop/orders/"),
        ("https://evil.example/print-shop/", "/print-shop/designs/"),
        ("//evil.example/print-shop/", "/print-shop/designs/"),
        ("/print-shop/../admin/", "/print-shop/designs/"),
        ("/admin/", "/print-shop/designs/"),
        ("/print-shop/" + "x" * 300, "/print-shop/designs/"),
    ],
)
def test_it_leads_on_within_the_shop_only(browser: Browser, onward: str, to: str) -> None:
    path = link_after_asking(browser, onward=onward)
    assert browser.client.post(path)["Location"] == to


def test_asking_is_limited_by_address_of_mail(browser: Browser, other: Browser) -> None:
    for _ in range(5):
        assert browser.client.post(LOG_IN, {"email": EMAIL}).status_code == 200
    answer = other.client.post(LOG_IN, {"email": EMAIL.upper()})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert LoginLink.objects.count() == 5
    assert browser.client.post(LOG_IN, {"email": "grace@example.com"}).status_code == 200


def test_a_link_of_another_shop_is_none_here(browser: Browser, elsewhere: Browser) -> None:
    path = link_after_asking(browser)
    assert elsewhere.client.post(path).status_code == 410
    assert LoginLink.objects.get().used_at is None


def test_a_forged_cookie_is_a_stranger(browser: Browser, design: Design) -> None:
    assert browser.caller.visitor is not None
    for forged in (str(browser.caller.visitor.pk), "x", browser.client.cookies[COOKIE].value[:-1]):
        client = Client()
        client.cookies[COOKIE] = forged
        assert client.get(f"/print-shop/design/{design.pk}/").status_code == 404
    assert Visitor.objects.count() == 1
