"""The card of prints on the index: what waits, what is to be done, what today brought."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from foundation.shops.models import Shop, User
from orders.api import overview
from orders.models import PaymentAttempt

from .making import Desk, S

pytestmark = pytest.mark.django_db


def test_an_empty_card_teaches(shop: Shop) -> None:
    card = overview(shop_id=shop.pk, now=timezone.now())
    assert (card.lines, card.waiting, card.running) == ((), (), ())
    assert card.empty_hint


def test_the_card_tells_what_is_done_and_what_waits(desk: Desk, shop: Shop, stranger: User) -> None:
    for status in (S.IN_PRODUCTION, S.IN_PRODUCTION, S.READY_TO_SHIP, S.SHIPPED):
        desk.order(status)
    yesterday = desk.order(S.DELIVERED)
    desk.forget_designs()
    stuck = desk.order(S.PAID, rendered=False)
    desk.fail_render(stuck, next_attempt_at=None, paid=True)
    PaymentAttempt.objects.filter(order=yesterday).update(
        paid_at=timezone.now() - dt.timedelta(days=2)
    )
    desk.refund(yesterday, "5.00", ended_at=timezone.now())
    card = overview(shop_id=shop.pk, now=timezone.now())
    # Six orders of 67.24, one of them paid the day before yesterday.
    assert [(line.label, line.value) for line in card.lines] == [
        ("To produce", "2"),
        ("Ready to ship", "1"),
        ("Paid, not in production", "1"),
        ("Failed renders", "1"),
        ("Paid today, 5 orders", "336.20 CAD"),
        ("Paid back today", "5.00 CAD"),
    ]
    assert [(line.label, line.value, line.url) for line in card.waiting] == [
        (f"Paid, not in production: order {stuck}", "Ada Lovelace", f"/orders/{stuck.pk}/")
    ]
    elsewhere = Shop.objects.for_user(stranger).get()
    assert overview(shop_id=elsewhere.pk, now=timezone.now()).lines == ()


@pytest.mark.parametrize("items", [1, 3])
def test_the_card_costs_the_same_for_one_and_three(
    items: int, desk: Desk, shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(items):
        desk.order(S.IN_PRODUCTION)
        desk.order(S.PAID, paid_at=timezone.now() - dt.timedelta(hours=1))
    with django_assert_num_queries(8):
        overview(shop_id=shop.pk, now=timezone.now())
