"""Where an order's money stands follows from its rows alone; no database here."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from orders.enums import PAYMENT_MOVES, PaymentStatus
from orders.models import Dispute, PaymentAttempt, Refund
from orders.payments.standing import Standing, standing

SETTLED = uuid4()
OTHER = uuid4()


def attempt(state: str, *, settles: bool = False, received: str = "100.00") -> PaymentAttempt:
    return PaymentAttempt(
        pk=SETTLED if settles else OTHER,
        state=state,
        settles=settles,
        received=Decimal(received),
    )


def back(state: str, amount: str, *, of: Any = SETTLED) -> Refund:
    return Refund(attempt_id=of, state=state, amount=Decimal(amount))


def dispute(status: str, *, of: Any = SETTLED) -> Dispute:
    return Dispute(attempt_id=of, status=status)


PAID = attempt("succeeded", settles=True)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], "unpaid"),
        (["stored"], "unpaid"),
        (["open"], "unpaid"),
        (["expired"], "unpaid"),
        (["expired", "open"], "unpaid"),
        (["failed"], "failed"),
        (["failed", "open"], "failed"),
        (["failed", "processing"], "processing"),
        # Of another amount than the order's: it waits for a person.
        (["succeeded"], "unpaid"),
    ],
)
def test_before_anything_settles(states: list[str], expected: str) -> None:
    told = standing([attempt(each) for each in states], [], [])
    assert told == Standing(PaymentStatus(expected), Decimal(0), Decimal(0), Decimal(0))
    assert told.refundable == 0


@pytest.mark.parametrize(
    ("refunds", "expected", "refunded", "left"),
    [
        ([], "succeeded", "0", "100"),
        ([("wanted", "30")], "succeeded", "0", "70"),
        ([("sent", "30"), ("pending", "20")], "succeeded", "0", "50"),
        ([("requires_action", "100")], "succeeded", "0", "0"),
        ([("succeeded", "30")], "partially_refunded", "30", "70"),
        ([("succeeded", "30"), ("succeeded", "70")], "refunded", "100", "0"),
        ([("failed", "100"), ("canceled", "100")], "succeeded", "0", "100"),
        ([("succeeded", "40"), ("failed", "60")], "partially_refunded", "40", "60"),
    ],
)
def test_what_went_back(
    refunds: list[tuple[str, str]], expected: str, refunded: str, left: str
) -> None:
    told = standing([PAID], [back(*each) for each in refunds], [])
    assert (told.payment_status, told.paid_total, told.refunded_total, told.refundable) == (
        expected,
        Decimal(100),
        Decimal(refunded),
        Decimal(left),
    )


def test_money_that_does_not_settle_the_order_is_none_of_its() -> None:
    second = attempt("succeeded", received="100.00")
    told = standing(
        [PAID, second], [back("succeeded", "100", of=OTHER)], [dispute("lost", of=OTHER)]
    )
    assert told == Standing(PaymentStatus.SUCCEEDED, Decimal(100), Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("needs_response", "disputed"),
        ("under_review", "disputed"),
        ("warning_needs_response", "disputed"),
        ("appeal_under_review", "disputed"),
        ("lost", "disputed"),
        ("won", "partially_refunded"),
        ("warning_closed", "partially_refunded"),
        ("prevented", "partially_refunded"),
    ],
)
def test_disputes(status: str, expected: str) -> None:
    told = standing([PAID], [back("succeeded", "30")], [dispute(status)])
    assert (told.payment_status, told.refunded_total) == (expected, Decimal(30))


def test_every_standing_can_be_reached_from_where_money_may_stand() -> None:
    """Rows come in any order, so no two standings of a settled order exclude each other."""
    settled = set(PaymentStatus) - {
        PaymentStatus.UNPAID,
        PaymentStatus.PROCESSING,
        PaymentStatus.FAILED,
    }
    for before in PaymentStatus:
        assert settled - {before} <= set(PAYMENT_MOVES[before])
