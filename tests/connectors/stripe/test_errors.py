"""What Stripe's errors become, by their bodies (contract §7)."""

import json
from uuid import UUID

import pytest

from connectors.stripe import errors
from connectors.stripe.errors import Declined, KeyReused, Missing, Rejected
from connectors.stripe.settings import StripeCredentials
from foundation.failures import Failure, Misconfigured, OutcomeUnknown, Transient
from foundation.outbound.api import Answer, Call

ACCOUNT = StripeCredentials(UUID(int=7), "acct_1", "sk_test_0000000000000000")


def judged(status: int, error: object, *, changes: bool = True) -> Failure | None:
    body = error if isinstance(error, bytes) else json.dumps({"error": error}).encode()
    call = Call("POST", "https://api.stripe.com/v1/refunds", "refunds.create", changes)
    return errors.failure_of(Answer(status, {}, body, 1), call, ACCOUNT)


@pytest.mark.parametrize(("status", "error", "kind"), [
    (402, {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}, Declined),
    (400, {"type": "idempotency_error"}, KeyReused),
    (404, {"type": "invalid_request_error", "code": "resource_missing"}, Missing),
    (400, {"type": "invalid_request_error", "code": "charge_disputed"}, Rejected),
    (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, Transient),
    (401, {"type": "invalid_request_error"}, Misconfigured),
    (403, {"type": "invalid_request_error"}, Misconfigured),
    (302, b"", OutcomeUnknown),
    (400, b"<html>", OutcomeUnknown),
    (418, b"\xff\xfe", OutcomeUnknown),
])  # fmt: skip
def test_each_has_its_kind(status: int, error: object, kind: type[Failure]) -> None:
    assert type(judged(status, error)) is kind


def test_a_good_answer_is_no_failure() -> None:
    assert judged(200, {}) is None


def test_reading_again_is_harmless() -> None:
    assert type(judged(400, b"<html>", changes=False)) is Transient


def test_a_decline_says_what_the_bank_said_and_never_parks() -> None:
    error = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
    }
    failure = judged(402, error)
    assert isinstance(failure, Declined)
    assert not isinstance(failure, Misconfigured)
    assert (failure.code, failure.decline_code) == ("card_declined", "insufficient_funds")
    assert failure.message == (
        "The customer's bank refused refunds.create: Your card has insufficient funds "
        "(insufficient_funds). Only the customer can settle this with the bank."
    )


def test_a_refusal_names_code_and_parameter() -> None:
    error = {
        "type": "invalid_request_error",
        "code": "amount_too_small",
        "param": "line_items",
        "message": "The total must be at least $0.50.",
    }
    failure = judged(400, error)
    assert isinstance(failure, Rejected)
    assert failure.message == (
        "Stripe refused refunds.create: The total must be at least $0.50 (amount_too_small, "
        "line_items). Nothing was done, and asking again would not help."
    )
