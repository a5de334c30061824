"""Refunds (contract §4): several until the charge is used up, and some fail days later."""

from typing import Any, TypeAlias

from sandbox.control_edge import RefusedError
from sandbox.stripe import ids, money
from sandbox.stripe.charges import booking
from sandbox.stripe.errors import ApiError, exclusive, missing, no_such, refused
from sandbox.stripe.state import Record, Work, merged

Doc: TypeAlias = dict[str, Any]

DEAD = frozenset({"failed", "canceled"})
# An inquiry takes no money: such a charge can still be refunded; nor does a dispute that was won.
REFUNDABLE = frozenset(
    {"warning_needs_response", "warning_under_review", "warning_closed", "won", "prevented"}
)


def charge_for(work: Work, given: Doc) -> Record:
    """The charge that parameters name.

    Raises:
        ApiError: they name none that was paid.
    """
    if "charge" in given and "payment_intent" in given:
        raise exclusive("charge", "payment_intent")
    if "charge" in given:
        charge = work.account.find("charge", given["charge"])
        if charge is None:
            raise no_such("charge", given["charge"], "charge")
    elif "payment_intent" in given:
        number = given["payment_intent"]
        intent = work.account.find("payment_intent", number)
        if intent is None:
            raise ApiError(
                404,
                f"No such payment_intent: '{number}'",
                code="resource_missing",
                param="payment_intent",
            )
        charge = work.account.find("charge", intent.doc["latest_charge"] or "")
        if charge is None or charge.doc["status"] != "succeeded":
            message = f"This PaymentIntent ({number}) does not have a successful charge to refund."
            raise refused(message, param="payment_intent")
    else:
        raise missing("payment_intent")
    if charge.doc["status"] != "succeeded":
        message = f"Charge {charge.id} has not been paid."
        raise refused(message, param="charge")
    return charge


def check(work: Work, charge: Record, given: Doc) -> int:
    """The amount that may be refunded.

    Raises:
        ApiError: none, or less than was asked for.
    """
    if any(
        dispute.doc["charge"] == charge.id and dispute.doc["status"] not in REFUNDABLE
        for dispute in work.account.of_intent("dispute", charge.doc["payment_intent"]).values()
    ):
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise refused(message, code="charge_disputed")
    rest = charge.doc["amount"] - charge.doc["amount_refunded"]
    if rest <= 0:
        message = f"Charge {charge.id} has already been refunded."
        raise refused(message, code="charge_already_refunded")
    amount = int(given.get("amount", rest))
    if amount > rest:
        currency = charge.doc["currency"]
        message = (
            f"Refund amount ({money.shown(amount, currency)}) is greater than unrefunded amount "
            f"on charge ({money.shown(rest, currency)})"
        )
        raise refused(message, param="amount")
    return amount


def create(work: Work, charge: Record, amount: int, given: Doc, *, pending: bool) -> Record:
    """A new refund of a checked amount."""
    doc = {
        "id": ids.new("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "created": work.at,
        "currency": charge.doc["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {
            "card": {
                "reference": None,
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": merged({}, given.get("metadata", {})),
        "payment_intent": charge.doc["payment_intent"],
        "payment_method": charge.doc["payment_method"],
        "reason": given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if pending else "succeeded",
        "transfer_reversal": None,
    }
    if pending:
        doc["pending_reason"] = "processing"
    refund = work.add("refund", doc)
    number = booking(work, refund, kind="refund", amount=-amount)
    work.edit(refund, balance_transaction=number)
    work.event("refund.created", refund)
    _count(work, charge, amount)
    work.event("charge.refunded", charge)
    return refund


def _count(work: Work, charge: Record, amount: int) -> None:
    sum_refunded = charge.doc["amount_refunded"] + amount
    work.edit(
        charge,
        amount_refunded=sum_refunded,
        refunded=sum_refunded >= charge.doc["amount"],
    )


def succeed(work: Work, refund: Record) -> None:
    """A pending refund arrives.

    Raises:
        RefusedError: it is not pending.
    """
    if refund.doc["status"] != "pending":
        message = f"the refund is {refund.doc['status']}"
        raise RefusedError(message)
    work.edit(refund, drop="pending_reason", status="succeeded")
    work.event("refund.updated", refund, previous={"status": "pending"})


def fail(work: Work, refund: Record, reason: str) -> None:
    """A refund comes back, maybe days after it succeeded; the money is on the balance again.

    Raises:
        RefusedError: it has failed already.
    """
    before = refund.doc["status"]
    if before in DEAD:
        message = f"the refund is {before}"
        raise RefusedError(message)
    number = booking(work, refund, kind="refund_failure", amount=refund.doc["amount"])
    work.edit(
        refund,
        drop="pending_reason",
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=number,
    )
    charge = work.account.get("charge", refund.doc["charge"])
    _count(work, charge, -refund.doc["amount"])
    work.event("refund.updated", refund, previous={"status": before})
    work.event("refund.failed", refund)
