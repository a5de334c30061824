"""From a design to the payment page and back: drafts, addresses, shipping, pieces, paying."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from foundation.shops.models import Connection
from orders.models import (
    Design,
    DesignVersion,
    Order,
    PaymentAttempt,
    PrintShop,
    PrintSize,
    ShippingRate,
)
from orders.payments.checkout import checkout
from tests.orders import shop as makers
from tests.orders.payments.conftest import session_of

from .conftest import Browser, MakeOrder

pytestmark = pytest.mark.django_db
abroad = pytest.mark.django_db(transaction=True)
"""Stripe is asked, which no transaction may surround."""
JSON = {"Accept": "application/json"}


def at(order: Order, rest: str = "") -> str:
    return f"/print-shop/orders/{order.pk}/{rest}"


def order_this(browser: Browser, design: Design, quantity: str = "1") -> Order:
    path = f"/print-shop/design/{design.pk}/order/"
    answer = browser.client.post(path, {"quantity": quantity})
    assert answer.status_code == 302
    return Order.objects.get(pk=answer["Location"].split("/")[-2])


def test_designs_are_gathered_in_one_order(browser: Browser, design: Design) -> None:
    first = order_this(browser, design, "2")
    second = order_this(browser, makers.design_for(browser.caller, design.size))
    same = order_this(browser, design)
    assert (first.pk, first.pk) == (second.pk, same.pk)
    lines = [(each.position, each.quantity, each.total) for each in first.lines.all()]
    assert lines == [(0, 3, Decimal("72.00")), (1, 1, Decimal("24.00"))]
    assert locked_total(first) == Decimal("96.00")


def locked_total(order: Order) -> Decimal:
    return Order.objects.get(pk=order.pk).total


def test_a_changed_design_is_a_line_of_its_own_and_the_old_one_stays(
    browser: Browser, design: Design
) -> None:
    order = order_this(browser, design)
    browser.client.post(f"/print-shop/design/{design.pk}/", {"name.text": "Max"})
    page = browser.client.get(at(order)).content.decode()
    assert "You changed this design since." in page
    order_this(browser, design)
    names = [
        DesignVersion.objects.get(order_lines=each).document["name"]["text"]
        for each in order.lines.order_by("position")
    ]
    assert names == ["Rex", "Max"]


def test_the_address_makes_shipping_taxes_and_a_total(browser: Browser, draft: MakeOrder) -> None:
    order = draft(addressed=False)
    page = browser.client.get(at(order)).content.decode()
    assert ("enter the address first" in page, "Pay CA$" in page) == (True, False)
    answer = browser.client.post(at(order, "address/"), {**makers.ADDRESS, "postal_code": "m5v2t6"})
    assert (answer.status_code, answer["Location"]) == (302, f"{at(order)}?said=address")
    page = browser.client.get(at(order)).content.decode()
    for said in ("CA$24.00", "CA$9.00", "HST", "13\u00a0%", "CA$4.29", "Pay CA$37.29", "M5V 2T6"):
        assert said in page
    assert "3 to 7 business days" in page


def test_a_wrong_address_is_said_at_each_field_and_kept(browser: Browser, draft: MakeOrder) -> None:
    order = draft(addressed=False)
    answer = browser.client.post(
        at(order, "address/"),
        {"email": "ada", "name": "<b>Ada</b>", "postal_code": "12345", "country": "CA"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("email", "line1", "city", "province", "postal_code"):
        assert f'<a href="#{name}">' in page
        assert page.count(f'id="{name}-error"') == 1
    assert page.count('aria-invalid="true"') == 5
    assert ("&lt;b&gt;Ada&lt;/b&gt;" in page, "<b>Ada" in page) == (True, False)
    assert Order.objects.get(pk=order.pk).email == ""


def test_shipping_and_pieces(browser: Browser, draft: MakeOrder) -> None:
    order = draft()
    ShippingRate.objects.create(
        shop=order.shop,
        country="CA",
        method="Express",
        parcel_class="tube",
        first_piece=Decimal("20.00"),
        each_further=Decimal("5.00"),
        days_least=1,
        days_most=2,
    )
    browser.client.post(at(order, "shipping/"), {"method": "Express"})
    browser.client.post(at(order, "lines/0/quantity/"), {"quantity": "3"})
    now = Order.objects.get(pk=order.pk)
    assert (now.shipping_method, now.shipping_total) == ("Express", Decimal("30.00"))
    assert (now.items_total, now.total) == (Decimal("72.00"), Decimal("115.26"))


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("shipping/", {"method": "Pigeon"}, "There is no shipping"),
        ("lines/0/quantity/", {"quantity": "-1"}, "Order 1 to 200 pieces"),
        ("lines/0/quantity/", {"quantity": "201"}, "Order 1 to 200 pieces"),
        ("lines/0/quantity/", {"quantity": "0"}, "Cancel the order instead"),
    ],
)
def test_what_cannot_be_is_refused_on_the_page(
    browser: Browser, draft: MakeOrder, path: str, form: dict[str, str], said: str
) -> None:
    order = draft()
    answer = browser.client.post(at(order, path), form)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    now = Order.objects.get(pk=order.pk)
    assert (now.total, now.lines.get().quantity) == (order.total, 1)


@abroad
def test_paying_leads_to_stripe(browser: Browser, draft: MakeOrder, account: Connection) -> None:
    order = draft()
    assert account.shop_id == order.shop_id
    pay = {"total": str(order.total)}
    told = browser.client.post(at(order, "pay/"), pay, headers=JSON).json()
    attempt = PaymentAttempt.objects.get(order=order)
    assert told == {"url": attempt.url}
    assert Order.objects.get(pk=order.pk).status == "pending_payment"

    # Without script a page leads on: to the same payment page, not to a second one.
    answer = browser.client.post(at(order, "pay/"), pay)
    assert (answer.status_code, answer["Refresh"]) == (200, f"0;url={attempt.url}")
    assert PaymentAttempt.objects.filter(order=order).count() == 1
    page = browser.client.get(at(order)).content.decode()
    assert ("This order is not paid yet" in page, "Take it back to change it" in page) == (
        True,
        True,
    )


def test_a_price_that_changed_is_shown_before_it_is_paid(
    browser: Browser, draft: MakeOrder, account: Connection, size: PrintSize
) -> None:
    order = draft()
    assert account.shop_id == order.shop_id
    PrintSize.objects.filter(pk=size.pk).update(price=Decimal("30.00"))
    told = browser.client.post(at(order, "pay/"), {"total": str(order.total)}, headers=JSON).json()
    assert told == {"url": f"{at(order)}?said=prices"}
    assert PaymentAttempt.objects.count() == 0
    page = browser.client.get(told["url"]).content.decode()
    assert ("Prices have changed" in page, "Pay CA$44.07" in page) == (True, True)


def test_without_payments_the_customer_is_told(browser: Browser, draft: MakeOrder) -> None:
    order = draft()
    answer = browser.client.post(at(order, "pay/"), {"total": str(order.total)}, headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["said"].startswith("This shop cannot take payments yet.")


@abroad
def test_take_back_and_cancel(browser: Browser, draft: MakeOrder, account: Connection) -> None:
    order = draft()
    assert account.shop_id == order.shop_id
    browser.client.post(at(order, "pay/"), {"total": str(order.total)})
    answer = browser.client.post(at(order, "change/"))
    assert answer["Location"] == f"{at(order)}?said=taken-back"
    assert Order.objects.get(pk=order.pk).status == "draft"
    assert PaymentAttempt.objects.get(order=order).state == "expired"
    answer = browser.client.post(at(order, "cancel/"))
    assert Order.objects.get(pk=order.pk).status == "canceled"
    page = browser.client.get(at(order)).content.decode()
    assert "Nothing was charged, and nothing will be sent." in page
    assert browser.client.post(at(order, "cancel/")).status_code == 409


@abroad
@pytest.mark.parametrize("where", ["", "standing/"])
def test_who_comes_back_before_the_webhook_is_told_by_asking_once(
    browser: Browser, draft: MakeOrder, account: Connection, stripe: Any, where: str
) -> None:
    order = draft()
    assert account.shop_id == order.shop_id
    attempt = checkout(order=order, success_url="https://a.example", cancel_url="https://b.example")
    stripe.pay(session_of(attempt))
    page = browser.client.get(at(order), {"session": session_of(attempt)}).content.decode()
    assert ("We are waiting for Stripe" in page, "Cancel it" in page) == (True, False)
    # Without script the page comes again by itself, and asks then.
    assert f'content="8; url={at(order)}?session=1&amp;ask=1"' in page
    assert Order.objects.get(pk=order.pk).status == "pending_payment"
    part = browser.client.get(at(order, where), {"session": "1", "ask": "1"})
    assert "Thank you, your order is paid" in part.content.decode()
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_the_same_again(browser: Browser, draft: MakeOrder, size: PrintSize) -> None:
    order = draft()
    browser.client.post(at(order, "cancel/"))
    answer = browser.client.post(at(order, "again/"))
    new = Order.objects.exclude(pk=order.pk).get()
    assert answer["Location"] == f"{at(new)}?said=again"
    assert (new.status, new.reordered_from_id, new.total) == ("draft", order.pk, order.total)
    copied = new.lines.get().design
    assert copied is not None
    assert copied.original_design_id == order.lines.get().design_id

    PrintSize.objects.filter(pk=size.pk).update(active=False)
    answer = browser.client.post(at(order, "again/"))
    page = answer.content.decode()
    assert (answer.status_code, "We do not make this any more" in page) == (409, True)
    assert Order.objects.count() == 2


PATHS = [
    ("get", ""),
    ("get", "standing/?ask=1"),
    ("get", "lines/0/picture/"),
    ("post", "lines/0/quantity/"),
    ("post", "address/"),
    ("post", "shipping/"),
    ("post", "pay/"),
    ("post", "change/"),
    ("post", "cancel/"),
    ("post", "again/"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_guessed_order_is_nobodys(
    browser: Browser,
    other: Browser,
    elsewhere: Browser,
    draft: MakeOrder,
    method: str,
    path: str,
) -> None:
    order = draft()
    ask: Callable[..., Any]
    for client in (other.client, elsewhere.client, Client()):
        ask = getattr(client, method)
        answer = ask(at(order, path))
        assert (answer.status_code, "Ada" in answer.content.decode()) == (404, False)
    gone = getattr(browser.client, method)(at(order, path).replace(str(order.pk), str(uuid4())))
    assert gone.status_code == 404
    now = locked_total(order), Order.objects.get().status
    assert now == (order.total, "draft")


@pytest.mark.parametrize("lines", [1, 3])
def test_queries_of_a_draft(
    browser: Browser,
    design: Design,
    lines: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    order = order_this(browser, design)
    for _ in range(1, lines):
        order_this(browser, makers.design_for(browser.caller, design.size))
    browser.client.post(at(order, "address/"), makers.ADDRESS)
    # The shop, the visitor, the order; lines, shipping, taxes.
    with django_assert_num_queries(6):
        page = browser.client.get(at(order)).content.decode()
    assert page.count('class="line"') == lines


@pytest.mark.parametrize("lines", [1, 3])
def test_queries_of_an_order(
    browser: Browser,
    design: Design,
    lines: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    order = order_this(browser, design)
    for _ in range(1, lines):
        order_this(browser, makers.design_for(browser.caller, design.size))
    browser.client.post(at(order, "cancel/"))
    # The shop, the visitor, the order; renders, attempt; history, lines, taxes.
    with django_assert_num_queries(8):
        page = browser.client.get(at(order)).content.decode()
    assert page.count('class="line"') == lines


@pytest.mark.parametrize("orders", [1, 3])
def test_queries_of_my_orders(
    browser: Browser,
    draft: MakeOrder,
    orders: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(orders):
        draft()
    # The shop, the visitor, orders with their lines.
    with django_assert_num_queries(4):
        page = browser.client.get("/print-shop/orders/").content.decode()
    assert page.count('class="row card"') == orders


def test_a_closed_shop_neither_takes_an_order_again_nor_a_payment(
    browser: Browser, draft: MakeOrder, print_shop: PrintShop
) -> None:
    order, paid = draft(), draft()
    Order.objects.filter(pk=paid.pk).update(status="paid", payment_status="succeeded")
    PrintShop.objects.filter(pk=print_shop.pk).update(open=False)
    closed = "Pet Star takes no orders at the moment."
    page = browser.client.get(at(order)).content.decode()
    assert (closed in page, at(order, "pay/") in page) == (True, False)
    assert at(paid, "again/") not in browser.client.get(at(paid)).content.decode()
    for answer in (
        browser.client.post(at(paid, "again/")),
        browser.client.post(at(order, "pay/"), {"total": str(order.total)}),
    ):
        assert (answer.status_code, closed in answer.content.decode()) == (409, True)
    assert Order.objects.count() == 2
    assert not PaymentAttempt.objects.exists()
