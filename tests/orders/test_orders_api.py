"""Orders over HTTP: a customer's, from the draft to the cash desk and back; staff's moves."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from foundation.shops.api import Role
from foundation.shops.models import User
from orders.contracts import IllegalMove, Why
from orders.enums import OrderStatus, PaymentStatus
from orders.models import Order, PrintSize
from orders.payments.taking_back import cancel_unpaid, take_back
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.sales.states import transition
from tests import factories
from tests.factories import PASSWORD

from . import shop as makers

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


@pytest.fixture
def browser(client: Client, caller: Caller) -> Client:
    """The caller's browser."""
    assert caller.visitor
    return makers.as_browser(client, caller.visitor)


@pytest.fixture
def design(caller: Caller, size: PrintSize) -> str:
    """A finalised design's id."""
    made = makers.design_for(caller, size)
    finalise(caller=caller, design_id=made.pk)
    return str(made.pk)


def ordered(browser: Client, design: str, **wish: Any) -> Any:
    """Order two pieces."""
    items = [{"design": design, "quantity": 2}]
    body = {"items": items, "address": makers.ADDRESS, **wish}
    return browser.post("/api/orders/", body, content_type=JSON)


def test_an_order_is_made_with_its_sums(browser: Client, design: str) -> None:
    answer = ordered(browser, design)
    assert answer.status_code == 201
    told = answer.json()
    assert answer["Location"] == f"/api/orders/{told['id']}/"
    wanted = {
        "status": "draft",
        "payment_status": "unpaid",
        "currency": "CAD",
        "items_total": "48.00",
        "shipping_method": "Standard",
        "shipping_total": "11.50",
        "tax_total": "7.74",
        "total": "67.24",
        "paid_total": "0.00",
        "refunded_total": "0.00",
        "address": makers.ADDRESS,
        "taxes": [{"name": "HST", "rate": "0.130000", "amount": "7.74"}],
    }
    assert {name: told[name] for name in wanted} == wanted
    assert told["lines"] == [
        {
            "position": 0,
            "design": design,
            "title": "Poster, 6 x 8 cm",
            "sku": "POSTER-6X8CM",
            "quantity": 2,
            "unit_price": "24.00",
            "total": "48.00",
        }
    ]
    assert [(each["field"], each["after"]) for each in told["history"]] == [("status", "draft")]


def test_a_wrong_address_is_named_and_makes_no_order(browser: Client, design: str) -> None:
    wrong = {**makers.ADDRESS, "postal_code": "90210", "email": "ada"}
    answer = ordered(browser, design, address=wrong)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [
        "#/address/email",
        "#/address/postal_code",
    ]
    assert not Order.objects.exists()


def test_a_draft_is_changed_by_parts(browser: Client, design: str) -> None:
    here = ordered(browser, design).json()["id"]
    address = {**makers.ADDRESS, "province": "QC", "postal_code": "H2W 2R2"}
    answer = browser.patch(
        f"/api/orders/{here}/",
        {"items": [{"design": design, "quantity": 1}], "address": address},
        content_type=JSON,
    )
    told = answer.json()
    # One poster and a tube, GST of 5 % and QST of 9.975 %.
    assert (told["items_total"], told["shipping_total"], told["tax_total"]) == (
        "24.00",
        "9.00",
        "4.94",
    )
    empty = browser.patch(f"/api/orders/{here}/", {}, content_type=JSON)
    assert empty.status_code == 400


def test_without_a_cash_desk_nobody_is_sent_to_pay(browser: Client, design: str) -> None:
    here = ordered(browser, design).json()["id"]
    answer = browser.post(f"/api/orders/{here}/checkout/", {}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "payments-not-connected")
    assert Order.objects.get().status == OrderStatus.DRAFT


def test_nobody_pays_another_price_than_the_one_shown(browser: Client, design: str) -> None:
    here = ordered(browser, design).json()["id"]
    PrintSize.objects.update(price=Decimal("30.00"))
    answer = browser.post(f"/api/orders/{here}/checkout/", {}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "price-changed")
    assert answer.json()["total"] == "80.80"
    assert str(Order.objects.get().total) == "80.80"
    PrintSize.objects.update(active=False)
    gone = browser.post(f"/api/orders/{here}/checkout/", {}, content_type=JSON)
    assert (gone.status_code, gone.json()["code"]) == (409, "size-gone")
    assert Order.objects.get().status == OrderStatus.DRAFT


def test_an_unpaid_order_is_taken_back_and_cancelled(browser: Client, design: str) -> None:
    here = ordered(browser, design).json()["id"]
    order = transition(Order.objects.get().pk, OrderStatus.PENDING_PAYMENT, why=Why("test"))
    back = browser.post(f"/api/orders/{here}/take-back/", {}, content_type=JSON)
    assert (back.status_code, back.json()["status"]) == (200, "draft")
    over = browser.post(f"/api/orders/{here}/cancel/", {}, content_type=JSON)
    assert (over.status_code, over.json()["status"]) == (200, "canceled")
    again = browser.post(f"/api/orders/{here}/take-back/", {}, content_type=JSON)
    assert (again.status_code, again.json()["code"]) == (409, "illegal-move")
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELED


def test_what_is_paid_is_not_the_customer_s_to_cancel(browser: Client, design: str) -> None:
    ordered(browser, design)
    order = Order.objects.get()
    Order.objects.update(status=OrderStatus.PAID, payment_status=PaymentStatus.SUCCEEDED)
    order.refresh_from_db()
    for act in (take_back, cancel_unpaid):
        with pytest.raises(IllegalMove):
            act(order=order)
    assert Order.objects.get().status == OrderStatus.PAID


# --- staff ---


@pytest.fixture
def staff(client: Client, owner: User) -> dict[str, str]:
    """The headers of a program of the owner's."""
    answer = client.post("/api/token/", {"email": owner.email, "password": PASSWORD}, JSON)
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def test_staff_moves_an_order_and_is_told_where_it_may_go(
    client: Client, browser: Client, design: str, staff: dict[str, str], owner: User
) -> None:
    ordered(browser, design)
    order = Order.objects.get()
    makers.run_all()
    Order.objects.update(status=OrderStatus.IN_PRODUCTION)
    here = f"/api/admin/orders/{order.pk}/"

    def put(**body: str) -> Any:
        return client.put(here, body, content_type=JSON, headers=staff)

    refused = put(status="delivered")
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["allowed"], refused.json()["status_now"]) == (
        "illegal-move",
        ["ready_to_ship", "canceled"],
        "in_production",
    )
    assert put(status="paid").json()["allowed"] == ["ready_to_ship", "canceled"]
    assert put(status="lost").status_code == 400
    ready = put(status="ready_to_ship", reason="Packed")
    assert (ready.status_code, ready.json()["possible"]) == (200, ["shipped", "canceled"])
    shipped = put(status="shipped", carrier="Canada Post", tracking_number="PG1")
    assert (shipped.json()["carrier"], shipped.json()["tracking_number"]) == ("Canada Post", "PG1")
    moment = shipped.json()["shipped_at"]
    assert put(status="shipped", tracking_number="PG2").json()["shipped_at"] == moment
    order.refresh_from_db()
    assert order.tracking_number == "PG1"
    moves = [(each.after, each.actor, each.reason) for each in order.history.filter(cause="staff")]
    assert moves == [("ready_to_ship", owner, "Packed"), ("shipped", owner, "")]


def test_to_cancel_is_to_pay_back_and_needs_an_approver(
    client: Client, browser: Client, design: str, owner: User
) -> None:
    ordered(browser, design)
    order = Order.objects.get()
    editor = factories.member("editor@example.com", order.shop, Role.EDITOR)
    answers = {}
    for person in (editor, owner):
        given = client.post("/api/token/", {"email": person.email, "password": PASSWORD}, JSON)
        answers[person] = client.put(
            f"/api/admin/orders/{order.pk}/",
            {"status": "canceled", "reason": "Asked for by telephone"},
            content_type=JSON,
            headers={"Authorization": f"Bearer {given.json()['access']}"},
        )
    assert (answers[editor].status_code, answers[editor].json()["code"]) == (403, "role-too-weak")
    assert (answers[owner].status_code, answers[owner].json()["status"]) == (200, "canceled")


def test_staff_sees_the_shop_s_orders_by_filter(
    client: Client, browser: Client, design: str, staff: dict[str, str]
) -> None:
    ordered(browser, design)
    number = Order.objects.get().number

    def found(query: str) -> int:
        answer = client.get(f"/api/admin/orders/?{query}", headers=staff)
        return len(answer.json()["items"])

    assert [found(f"q={number}"), found("q=ada@"), found("q=lovelace"), found("q=Charles")] == [
        *(1, 1, 1, 0),
    ]
    assert [found("status=draft"), found("status=paid"), found("payment_status=unpaid")] == [
        *(1, 0, 1),
    ]
    assert client.get("/api/admin/orders/?status=lost", headers=staff).status_code == 400


def test_a_stranger_of_staff_sees_nothing(
    client: Client, browser: Client, design: str, stranger: User
) -> None:
    ordered(browser, design)
    answer = client.post("/api/token/", {"email": stranger.email, "password": PASSWORD}, JSON)
    headers = {"Authorization": f"Bearer {answer.json()['access']}"}
    here = f"/api/admin/orders/{Order.objects.get().pk}/"
    assert client.get(here, headers=headers).status_code == 404
    put = client.put(here, {"status": "canceled"}, content_type=JSON, headers=headers)
    assert put.status_code == 404
    assert client.get("/api/admin/orders/", headers=headers).json()["items"] == []
    assert Order.objects.get().status == OrderStatus.DRAFT
