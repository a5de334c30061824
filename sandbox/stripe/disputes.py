"""Disputes (contract §4): they take the money at once and give it back when they are won."""

from typing import Any, TypeAlias

from sandbox.control_edge import RefusedError
from sandbox.stripe import ids
from sandbox.stripe.charges import DAY, booking
from sandbox.stripe.errors import refused
from sandbox.stripe.parameters import EVIDENCE
from sandbox.stripe.state import Record, Work, merged
from sandbox.stripe.words import words

Doc: TypeAlias = dict[str, Any]

OPEN = frozenset(
    {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}
)
REASONS = words(
    "bank_cannot_process credit_not_processed duplicate fraudulent general product_not_received "
    "product_unacceptable subscription_canceled unrecognized"
)
FEE = 1500


def open_dispute(
    work: Work, charge: Record, *, reason: str, amount: int | None, inquiry: bool
) -> Record:
    """The customer's bank takes the money back; an inquiry only asks.

    Raises:
        RefusedError: the charge cannot be disputed so.
    """
    if reason not in REASONS:
        message = f"reason must be one of {', '.join(REASONS)}"
        raise RefusedError(message)
    if charge.doc["status"] != "succeeded" or charge.doc["disputed"]:
        message = f"charge {charge.id} is disputed already, or was never paid"
        raise RefusedError(message)
    taken = charge.doc["amount"] if amount is None else amount
    if not 0 < taken <= charge.doc["amount"]:
        message = f"amount must be between 1 and {charge.doc['amount']}"
        raise RefusedError(message)
    details = charge.doc["payment_method_details"]
    doc = {
        "id": ids.new("dispute"),
        "object": "dispute",
        "amount": taken,
        "balance_transactions": [],
        "charge": charge.id,
        "created": work.at,
        "currency": charge.doc["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE.known) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": work.at + work.world.settings.dispute_days * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.doc["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": details.get("card", {}).get("brand", "visa"),
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    dispute = work.add("dispute", doc)
    work.edit(charge, disputed=True)
    if not inquiry:
        _book(work, dispute, -taken, fee=FEE)
    work.event("charge.dispute.created", dispute)
    if not inquiry:
        work.event("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _book(work: Work, dispute: Record, amount: int, *, fee: int = 0) -> None:
    number = booking(work, dispute, kind="adjustment", amount=amount, fee=fee)
    booked = work.account.get("balance_transaction", number).doc
    work.edit(dispute, balance_transactions=[*dispute.doc["balance_transactions"], booked])


def update(work: Work, dispute: Record, given: Doc) -> None:
    """Keep evidence; `submit` sends it to the bank (without it, it is only staged).

    Raises:
        ApiError: the dispute is over.
    """
    if "evidence" in given and dispute.doc["status"] not in OPEN:
        message = f"This dispute is already {dispute.doc['status']}; evidence is not accepted."
        raise refused(message)
    if "metadata" in given:
        work.edit(dispute, metadata=merged(dispute.doc["metadata"], given["metadata"]))
    if "evidence" not in given:
        return
    before = dispute.doc["status"]
    told = dispute.doc["evidence_details"]
    # The vendor's default is to submit.
    submit = given.get("submit", True)
    work.edit(
        dispute,
        evidence=dispute.doc["evidence"] | given["evidence"],
        evidence_details=told
        | {"has_evidence": True, "submission_count": told["submission_count"] + int(submit)},
    )
    if submit:
        review = "warning_under_review" if before.startswith("warning") else "under_review"
        work.edit(dispute, status=review)
    work.event("charge.dispute.updated", dispute, previous={"status": before})


def give_up(work: Work, dispute: Record) -> None:
    """Accept that it is lost.

    Raises:
        ApiError: it is over, or the bank has it.
    """
    if dispute.doc["status"] not in {"needs_response", "warning_needs_response"}:
        message = f"This dispute is {dispute.doc['status']} and cannot be closed."
        raise refused(message)
    finish(work, dispute, "lost")


def finish(work: Work, dispute: Record, status: str) -> None:
    """The bank decides: "won", "lost" or, of an inquiry, "warning_closed".

    Raises:
        RefusedError: it is over, or cannot end so.
    """
    if dispute.doc["status"] not in OPEN:
        message = f"the dispute is {dispute.doc['status']}"
        raise RefusedError(message)
    inquiry = dispute.doc["status"].startswith("warning")
    if status not in ({"warning_closed", "lost"} if inquiry else {"won", "lost"}):
        message = f"this dispute cannot end as {status}"
        raise RefusedError(message)
    work.edit(dispute, status=status, is_charge_refundable=status == "warning_closed")
    won = status == "won"
    if won:
        _book(work, dispute, dispute.doc["amount"])
    work.event("charge.dispute.closed", dispute)
    if won:
        work.event("charge.dispute.funds_reinstated", dispute)
