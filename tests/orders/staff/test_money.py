"""Money back from the order's page: once per form, never too much, by approvers only."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from foundation.shops.models import User
from orders.models import Order, Refund

from .asking import said_after, text_of, words_of
from .conftest import logged_in
from .making import Desk, S, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_approver(approver: User) -> Client:
    return logged_in(approver)


def page(order: Order, verb: str = "") -> str:
    return f"/orders/{order.pk}/{f'{verb}/' if verb else ''}"


def asked() -> list[tuple[Decimal, str, str, str]]:
    """Return all refunds: amount, state, cause, reason."""
    rows = Refund.objects.order_by("created_at")
    return list(rows.values_list("amount", "state", "cause", "reason"))


def form_of(client: Client, order: Order, **typed: Any) -> dict[str, Any]:
    """Return what the open form would post."""
    said = text_of(client, page(order, "refund"))
    found = re.search(r'name="refund_id" value="([0-9a-f-]{36})"', said)
    assert found is not None
    return {"refund_id": found[1], **typed}


def test_only_approvers_pay_back(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    for verb in ("refund", "cancel", f"payments/{uuid4()}"):
        assert as_editor.get(page(order, verb)).status_code == 403
        assert as_editor.post(page(order, verb), {"reason": "x"}).status_code == 403
    assert asked() == []
    assert standing(order) == ("in_production", "succeeded")


def test_a_part_is_paid_back_once_however_often_it_is_clicked(
    as_approver: Client, desk: Desk, approver: User
) -> None:
    order = desk.order(S.SHIPPED)
    posted = form_of(as_approver, order, amount="10.50", reason="A bent corner")
    assert "The refund is asked for." in said_after(as_approver, page(order, "refund"), posted)
    answer = as_approver.post(page(order, "refund"), posted)
    assert answer["Location"] == page(order)
    assert asked() == [(Decimal("10.50"), "wanted", "staff", "A bent corner")]
    assert Refund.objects.get().requested_by_id == approver.pk
    # What is asked for is not left a second time.
    said = words_of(as_approver, page(order, "refund"))
    assert "On its way back 10.50 CAD Left 56.74 CAD" in said


def test_never_more_than_is_left(as_approver: Client, desk: Desk) -> None:
    order = desk.order(S.SHIPPED)
    desk.refund(order, "60.00")
    for amount, said in (
        ("7.25", "At most 7.24 CAD can still be paid back."),
        ("0", "greater than or equal to 0.01"),
        ("-5", "greater than or equal to 0.01"),
        ("1.005", "Write at most 2 digits behind the point."),
        ("a lot", "Enter a number."),
        ("NaN", "Enter a number."),
    ):
        posted = form_of(as_approver, order, amount=amount, reason="x")
        answer = as_approver.post(page(order, "refund"), posted)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), amount
    posted = form_of(as_approver, order, amount="7.24", reason="")
    answer = as_approver.post(page(order, "refund"), posted)
    assert "Say why; it stays with the order." in answer.content.decode()
    assert len(asked()) == 1
    said_after(as_approver, page(order, "refund"), {**posted, "reason": "Rest"})
    assert asked()[1:] == [(Decimal("7.24"), "wanted", "staff", "Rest")]
    assert "Nothing is left to pay back." in words_of(as_approver, page(order, "refund"))


def test_a_form_pays_one_order_only(as_approver: Client, desk: Desk) -> None:
    first, second = desk.order(S.SHIPPED), desk.order(S.SHIPPED)
    posted = form_of(as_approver, first, amount="1.00", reason="x")
    as_approver.post(page(first, "refund"), posted)
    answer = as_approver.post(page(second, "refund"), posted)
    assert (answer.status_code, "used for another order" in answer.content.decode()) == (422, True)
    assert len(asked()) == 1


def test_nothing_paid_nothing_back(as_approver: Client, desk: Desk) -> None:
    order = desk.draft()
    assert "Nothing was paid for this order." in words_of(as_approver, page(order, "refund"))
    posted = {"refund_id": str(uuid4()), "amount": "1.00", "reason": "x"}
    assert as_approver.post(page(order, "refund"), posted).status_code == 422
    assert asked() == []


@pytest.mark.django_db(transaction=True)
def test_cancelling_says_first_what_goes_back(as_approver: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    desk.refund(order, "7.24")
    said = words_of(as_approver, page(order, "cancel"))
    assert "60.00 CAD go back to the customer" in said
    assert as_approver.post(page(order, "cancel"), {}).status_code == 422
    assert standing(order)[0] == "in_production"
    said = said_after(as_approver, page(order, "cancel"), {"reason": "Not wanted"})
    assert "It is cancelled. 60.00 CAD go back to the customer." in said
    assert asked()[1:] == [(Decimal("60.00"), "wanted", "canceled_order", "Not wanted")]
    # Again: it is cancelled already, and no more money goes back.
    answer = as_approver.post(page(order, "cancel"), {"reason": "Again"})
    assert (answer.status_code, "Somebody was quicker" in answer.content.decode()) == (422, True)
    assert (standing(order)[0], len(asked())) == ("canceled", 2)


def test_what_is_shipped_cannot_be_cancelled(as_approver: Client, desk: Desk) -> None:
    order = desk.order(S.SHIPPED)
    said = words_of(as_approver, page(order, "cancel"))
    assert "It cannot be cancelled any more." in said
    assert "Cancel the order" not in said


def test_a_payment_of_another_amount_is_decided_on(as_approver: Client, desk: Desk) -> None:
    accepted, returned = desk.draft(), desk.draft()
    pages = {}
    for order in (accepted, returned):
        attempt = desk.attempt(order, state="succeeded", received=Decimal("50.00"))
        pages[order.pk] = page(order, f"payments/{attempt.pk}")
    said = words_of(as_approver, pages[accepted.pk])
    assert "Came in 50.00 CAD Was asked for 67.24 CAD The order costs 67.24 CAD" in said
    assert as_approver.post(pages[accepted.pk], {"reason": "x"}).status_code == 422
    said_after(as_approver, pages[accepted.pk], {"verdict": "accept", "reason": "Agreed"})
    said_after(as_approver, pages[returned.pk], {"verdict": "refund", "reason": "Too little"})
    assert standing(accepted) == ("paid", "succeeded")
    assert standing(returned) == ("draft", "unpaid")
    assert asked() == [(Decimal("50.00"), "wanted", "staff", "Too little")]
    for order in (accepted, returned):
        answer = as_approver.post(pages[order.pk], {"verdict": "refund", "reason": "Again"})
        assert answer.status_code == 422
        assert "does not wait for a decision any more" in answer.content.decode()
    assert len(asked()) == 1
    other = page(returned, f"payments/{accepted.attempts.get().pk}")
    assert as_approver.get(other).status_code == 404
