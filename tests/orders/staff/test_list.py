"""The list of orders: tabs with counts, filters, what needs a person, what is done to all."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from foundation.shops.models import Shop, User
from orders.models import Dispute, Order, PrintBatch
from orders.sales.moving import bring_to
from tests.orders import shop as makers

from .asking import said_after, text_of, words_of
from .conftest import logged_in
from .making import Desk, S, standing

pytestmark = pytest.mark.django_db
LIST = "/orders/"


def listed(client: Client, query: str = "") -> list[str]:
    """Return the numbers on the page, in their order."""
    return re.findall(r">(#\d+)", text_of(client, f"{LIST}?{query}").partition("<tbody>")[2])


def test_an_empty_list_teaches(as_owner: Client, desk: Desk) -> None:
    assert "No orders yet" in words_of(as_owner, LIST)
    desk.draft()
    assert "No order matches" in words_of(as_owner, f"{LIST}?status=shipped")
    assert "Nothing waits for you" in words_of(as_owner, f"{LIST}?attention=any")


def test_tabs_count_and_narrow(as_owner: Client, desk: Desk) -> None:
    made = desk.draft()
    draft = str(made)
    shipped = str(desk.order(S.SHIPPED, name="Grace Hopper", email="grace@example.com"))
    producing = str(desk.order(S.IN_PRODUCTION))
    for query, found in (
        ("", [producing, shipped, draft]),
        ("status=draft", [draft]),
        ("status=shipped", [shipped]),
        ("payment=succeeded", [producing, shipped]),
        (f"q={made.number}", [draft]),
        (f"q=%23{made.number}", [draft]),
        ("q=HOPPER", [shipped]),
        ("q=grace@", [shipped]),
        ("q=nobody", []),
        ("status=nonsense&payment=nonsense", [producing, shipped, draft]),
    ):
        assert listed(as_owner, query) == found, query
    said = words_of(as_owner, f"{LIST}?q=grace@")
    assert "All 1 Needs attention 0 Paid 0 In production 0 Ready to ship 0 Shipped 1" in said


def test_days_are_those_of_the_shop(as_owner: Client, desk: Desk, shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    night = dt.datetime(2026, 7, 3, 3, 30, tzinfo=dt.UTC)
    order = str(desk.draft(created_at=night))
    assert listed(as_owner, "since=2026-07-02&until=2026-07-02") == [order]
    assert listed(as_owner, "since=2026-07-03") == []
    assert listed(as_owner, "until=2026-07-01") == []


def test_a_product_narrows(as_owner: Client, desk: Desk, shop: Shop) -> None:
    mug = makers.sell(shop, name="Mug", size="one")
    order = str(desk.draft(size=mug))
    desk.draft()
    assert listed(as_owner, f"product={mug.product_id}") == [order]


def test_what_needs_a_person_is_found_and_said(as_owner: Client, desk: Desk, shop: Shop) -> None:
    calm = desk.order(S.IN_PRODUCTION)
    late = desk.order(S.PAID, paid_at=timezone.now() - dt.timedelta(minutes=16))
    desk.order(S.PAID, paid_at=timezone.now() - dt.timedelta(minutes=14))
    disputed = desk.order(S.SHIPPED)
    for order, status in ((disputed, "needs_response"), (calm, "won")):
        Dispute.objects.create(
            shop=shop,
            attempt=order.attempts.get(),
            stripe_dispute_id=f"dp_{order.number}",
            status=status,
            reason="fraudulent",
            amount=order.total,
            currency="CAD",
            opened_at=timezone.now(),
            read_at=timezone.now(),
        )
    odd = desk.draft()
    desk.attempt(odd, state="succeeded", received=Decimal("1.00"))
    twice = desk.order(S.IN_PRODUCTION)
    again = desk.attempt(twice, state="succeeded")
    desk.refund(twice, "1.00").__class__.objects.update(attempt=again)
    back = desk.order(S.DELIVERED)
    desk.refund(back, "5.00", state="failed")
    mended = desk.order(S.DELIVERED)
    desk.refund(mended, "5.00", state="failed", created_at=timezone.now() - dt.timedelta(hours=1))
    desk.refund(mended, "5.00", state="pending")
    for kind, found in (
        ("any", {late, disputed, odd, back}),
        ("not_rendered", {late}),
        ("disputed", {disputed}),
        ("mismatched", {odd}),
        ("refund_failed", {back}),
    ):
        assert set(listed(as_owner, f"attention={kind}")) == {str(each) for each in found}, kind
    said = words_of(as_owner, LIST)
    assert "Needs attention 4" in said
    for words in (
        "Paid paid, not in production",
        "Shipped disputed",
        "Draft another amount was paid",
        "Delivered a refund failed",
    ):
        assert said.count(words) == 1, words


def test_a_given_up_render_needs_a_person_at_once(as_owner: Client, desk: Desk) -> None:
    order = desk.order(S.PAID, rendered=False)
    desk.fail_render(order, next_attempt_at=timezone.now())
    assert listed(as_owner, "attention=any") == []
    desk.fail_render(order, next_attempt_at=None)
    assert listed(as_owner, "attention=any") == [str(order)]


def test_all_that_match_move_on(as_editor: Client, desk: Desk, viewer: User) -> None:
    orders = [desk.order(S.IN_PRODUCTION) for _ in range(2)]
    other = desk.order(S.IN_PRODUCTION, name="Grace Hopper")
    assert "Ready to ship: 3" in words_of(as_editor, f"{LIST}?status=in_production")
    said = words_of(logged_in(viewer), f"{LIST}?status=in_production")
    assert "Ready to ship: 3" not in said
    posted = {"status": "in_production", "q": "lovelace"}
    said = said_after(as_editor, "/orders/all/ready/", posted)
    assert "2 orders are ready to ship." in said
    assert [standing(each)[0] for each in (*orders, other)] == [
        "ready_to_ship",
        "ready_to_ship",
        "in_production",
    ]
    # Again: there is nothing left to move, and nothing else is touched.
    assert "No order was moved" in said_after(as_editor, "/orders/all/ready/", posted)
    assert standing(other) == ("in_production", "succeeded")
    assert as_editor.post("/orders/all/canceled/").status_code == 404


def test_what_is_refused_is_said_and_stops_no_other(as_editor: Client, desk: Desk) -> None:
    held = desk.order(S.IN_PRODUCTION, payment_status="disputed")
    free = desk.order(S.IN_PRODUCTION)
    said = said_after(as_editor, "/orders/all/ready/", {"status": "in_production"})
    assert f"{held}: The customer&#x27;s bank disputes the payment." in said
    assert "1 order is ready to ship." in said
    assert (standing(held)[0], standing(free)[0]) == ("in_production", "ready_to_ship")


def test_a_zip_is_made_of_what_matches(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    desk.order(S.READY_TO_SHIP)
    desk.order(S.IN_PRODUCTION, payment_status="disputed")
    answer = as_editor.post("/orders/all/zip/", {"status": "in_production"})
    batch = PrintBatch.objects.get()
    assert answer["Location"] == f"/fulfilment/zips/{batch.pk}/"
    assert batch.order_ids == [order.pk]
    # Sent twice, it is the same one.
    as_editor.post("/orders/all/zip/", {"status": "in_production"})
    assert PrintBatch.objects.count() == 1


def test_strangers_see_nothing_of_it(desk: Desk, stranger: User) -> None:
    order = desk.order(S.IN_PRODUCTION)
    client = logged_in(stranger)
    assert listed(client) == []
    assert client.get(f"/orders/{order.pk}/").status_code == 404
    client.post("/orders/all/ready/", {"status": "in_production"})
    assert standing(order) == ("in_production", "succeeded")


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    items: int, as_owner: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(items):
        desk.order(S.IN_PRODUCTION, lines=2)
    as_owner.get(LIST)
    with django_assert_num_queries(11):
        as_owner.get(LIST)


def test_later_pages_follow(as_owner: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"order": ("-pk",), "size": 2, "strict": False}
    monkeypatch.setattr("foundation.paging.page_of.__kwdefaults__", small)
    numbers = [str(desk.draft()) for _ in range(3)][::-1]
    said = text_of(as_owner, LIST)
    assert listed(as_owner) == numbers[:2]
    after = re.search(r"after=([\w-]+)", said)
    assert after is not None
    assert listed(as_owner, f"after={after[1]}") == numbers[2:]


def test_who_is_quicker_wins(as_editor: Client, desk: Desk, owner: User) -> None:
    order = desk.order(S.IN_PRODUCTION)
    bring_to(order_id=order.pk, to=S.READY_TO_SHIP, actor_id=owner.pk)
    said = said_after(as_editor, f"/orders/{order.pk}/move/ready_to_ship/")
    assert f"Order {order} is ready to ship; it cannot become ready to ship." in said
    assert "Somebody was quicker, or it was sent twice." in said
    assert Order.objects.get(pk=order.pk).history.filter(after="ready_to_ship").count() == 1
