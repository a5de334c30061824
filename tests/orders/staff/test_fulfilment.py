"""The production queue: what blocks, what is printed, what is sent; and parcels by a list."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from foundation.shops.models import Shop, User
from orders.models import Order
from orders.packing.parcels import read_parcels
from tests.orders import shop as makers

from .asking import said_after, text_of, words_of
from .conftest import logged_in
from .making import Desk, S, standing

pytestmark = pytest.mark.django_db
QUEUE = "/fulfilment/"
SHIP = "/fulfilment/ship/"


def test_an_empty_queue_teaches(as_owner: Client, desk: Desk) -> None:
    assert "Nothing to print Paid orders come here by themselves" in words_of(as_owner, QUEUE)
    desk.order(S.PAID, rendered=False)
    assert "Nothing to print yet What is paid waits above." in words_of(as_owner, QUEUE)


def test_it_groups_by_product_and_size_the_oldest_first(
    as_owner: Client, desk: Desk, shop: Shop
) -> None:
    mug = makers.sell(shop, name="Mug", size="one", mm=(90, 60))
    younger = desk.order(S.IN_PRODUCTION, quantity=3)
    older = desk.order(S.IN_PRODUCTION, paid_at=timezone.now() - dt.timedelta(days=1))
    desk.order(S.IN_PRODUCTION, size=mug, note="Wrap it twice")
    desk.order(S.SHIPPED)
    said = words_of(as_owner, QUEUE)
    assert "3 orders to produce: 7 pieces." in said
    mugs, posters = said.index("Mug, one 9 × 6 cm"), said.index("Poster, 6 x 8 cm 6 × 8 cm")
    assert mugs < posters
    assert "2 pieces" in said[mugs:posters]
    assert "note: Wrap it twice" in said[mugs:posters]
    assert "5 pieces" in said[posters:]
    assert said.index(f"{older} Ada", posters) < said.index(f"{younger} Ada", posters)


def test_what_blocks_stands_on_top_with_its_remedy(as_owner: Client, desk: Desk) -> None:
    failed = desk.order(S.PAID, rendered=False)
    desk.fail_render(failed, "The paper is out.", next_attempt_at=None)
    desk.forget_designs()
    rendering = desk.order(S.PAID, rendered=False)
    ready = desk.order(S.PAID, rendered=True)
    held = desk.order(S.IN_PRODUCTION, payment_status="disputed")
    said = words_of(as_owner, QUEUE)
    blocked = said[said.index("Paid, and not here yet") :]
    assert "Paid, and not here yet 4" in blocked
    assert "could not be made: The paper is out. Render again" in blocked
    assert "disputes the payment: it is not sent meanwhile. blocked" in blocked
    assert blocked.count("Begin production") >= 1
    assert "to produce" not in said
    for order in (failed, rendering, ready, held):
        assert f"{order} Ada Lovelace" in blocked


def test_one_line_at_a_time(as_editor: Client, desk: Desk, viewer: User) -> None:
    order = desk.order(S.IN_PRODUCTION, lines=2)
    move = f"/orders/{order.pk}/move/ready_to_ship/"
    said = text_of(as_editor, QUEUE)
    assert said.count(move) == 2
    assert "one of 2 designs" in said
    assert move not in text_of(logged_in(viewer), QUEUE)
    answer = as_editor.post(move, {"next": QUEUE})
    assert answer["Location"] == QUEUE
    said = words_of(as_editor, QUEUE)
    assert f"{order} Ada Lovelace 4 pieces · Standard · Toronto ON CA local_shipping Ship" in said


def test_strangers_and_viewers_move_nothing(desk: Desk, viewer: User, stranger: User) -> None:
    order = desk.order(S.READY_TO_SHIP)
    posted = {"text": f"{order.number}, RA1", "step": "ship"}
    assert logged_in(viewer).post(SHIP, posted).status_code == 403
    logged_in(stranger).post(SHIP, posted)
    assert standing(order)[0] == "ready_to_ship"
    assert str(order) not in words_of(logged_in(stranger), QUEUE)


def test_a_list_says_first_what_each_line_does(as_editor: Client, desk: Desk) -> None:
    good, spaced, producing = (
        desk.order(S.READY_TO_SHIP),
        desk.order(S.READY_TO_SHIP),
        desk.order(S.IN_PRODUCTION),
    )
    text = "\n".join(
        [
            "Order, Tracking",
            f"#{good.number}, RA 1",
            "",
            f"{spaced.number} RA2",
            f"{good.number};RA3",
            f"{producing.number}\tRA4",
            "999999,RA5",
            "hello there",
        ]
    )
    parcels = read_parcels(good.shop_id, text)
    assert [(each.place, each.tracking, each.problem) for each in parcels] == [
        (2, "RA 1", ""),
        (4, "RA2", ""),
        (5, "RA3", "The order stands in the list twice; the first line counts."),
        (6, "RA4", "It is in production, not ready to ship."),
        (7, "RA5", "There is no order #999999."),
        (8, "there", "It does not begin with an order's number."),
    ]
    posted = {
        "text": text,
        "carrier": "Canada Post",
        "tracking_page": "https://carrier.example/{tracking}",
    }
    said = said_after(as_editor, SHIP, posted)
    assert "2 of 6 lines can be shipped." in said
    assert [standing(each)[0] for each in (good, spaced)] == ["ready_to_ship"] * 2
    said = said_after(as_editor, SHIP, {**posted, "step": "ship"})
    assert "2 orders are shipped; the customers are told by mail. 4 lines were left out." in said
    row = Order.objects.get(pk=spaced.pk)
    assert (row.status, row.carrier, row.tracking_number, row.tracking_url) == (
        "shipped",
        "Canada Post",
        "RA2",
        "https://carrier.example/RA2",
    )
    assert standing(producing)[0] == "in_production"
    # The same list again ships nothing twice.
    said = said_after(as_editor, SHIP, posted)
    assert "0 of 6 lines can be shipped." in said
    assert "It is shipped with this tracking number already." in said


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"text": ""}, "Paste at least one line."),
        ({"text": "Order;Tracking"}, "Paste a line per order"),
        ({"text": "1 2\n" * 501}, "Paste at most 500 lines at once."),
        ({"text": "1 2", "tracking_page": "https://x.example/"}, "Write {tracking} where"),
        ({"text": "1 2", "tracking_page": "javascript:{tracking}"}, "Enter a valid URL."),
    ],
)
def test_a_list_that_cannot_be_meant(
    as_editor: Client, desk: Desk, posted: dict[str, str], said: str
) -> None:
    order = desk.order(S.READY_TO_SHIP)
    answer = as_editor.post(SHIP, {**posted, "step": "ship"})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert standing(order)[0] == "ready_to_ship"


@pytest.mark.parametrize("items", [1, 3])
def test_the_queue_costs_the_same_for_one_and_three(
    items: int, as_owner: Client, desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(items):
        desk.order(S.IN_PRODUCTION, lines=2)
        desk.order(S.READY_TO_SHIP)
        desk.order(S.PAID)
    as_owner.get(QUEUE)
    with django_assert_num_queries(13):
        as_owner.get(QUEUE)
