"""A customer pays a session: PaymentIntent, Charge, and the events of contract §5."""

from typing import Any, TypeAlias

import msgspec

from sandbox.control_edge import RefusedError
from sandbox.stripe.charges import charge_doc, intent_doc, settle_balance
from sandbox.stripe.payment_methods import CARDS, DELAYED, Card
from sandbox.stripe.sessions import details
from sandbox.stripe.state import Record, Work

Doc: TypeAlias = dict[str, Any]

COMPLETED = "checkout.session.completed"


class Payer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who pays and how. `method` is one of `payment_methods.SIMULATED`, `card` a test card."""

    method: str = "card"
    card: str = "4242424242424242"
    email: str = ""
    name: str = ""
    address: dict[str, str] = msgspec.field(default_factory=dict)
    shipping: int = 0

    def test_card(self) -> Card:
        """The card.

        Raises:
            RefusedError: it is no test card.
        """
        found = CARDS.get(self.card.replace(" ", ""))
        if found is None:
            message = "Your card number is not one of the test cards."
            raise RefusedError(message)
        return found


def check_open(session: Record) -> None:
    """Only an open session can be paid, and only once.

    Raises:
        RefusedError: it is not open.
    """
    if session.doc["status"] != "open":
        message = f"the session is {session.doc['status']}, it cannot be paid"
        raise RefusedError(message)


def submit(work: Work, session: Record, payer: Payer) -> str:
    """Confirm the payment; gives "paid", "processing" or what the customer reads of a decline.

    Raises:
        RefusedError: the session is not open, or the method is none of its.
    """
    check_open(session)
    if payer.method not in session.doc["payment_method_types"]:
        message = f"the session does not take {payer.method}"
        raise RefusedError(message)
    card = payer.test_card() if payer.method == "card" else None
    if card is not None and card.code:
        decline(work, session, payer, card)
        return card.words
    total = _choose_shipping(work, session, payer)
    if total == 0:
        _complete(work, session, payer, payment_status="no_payment_required")
        return "paid"
    intent = _intent(work, session, payer)
    if payer.method in DELAYED:
        _begin_delayed(work, session, intent, payer)
        return "processing"
    charge = _charge(work, intent, payer)
    work.event("charge.succeeded", charge)
    _succeed(work, intent, charge)
    _complete(work, session, payer, payment_status="paid", payment_intent=intent.id)
    settle_balance(work, charge)
    return "paid"


def decline(work: Work, session: Record, payer: Payer, card: Card) -> None:
    """One attempt fails; the session stays open and may still be paid."""
    check_open(session)
    intent = _intent(work, session, payer)
    charge = _charge(work, intent, payer, failure=card)
    work.event("charge.failed", charge)
    _fail(work, intent, charge)


def clear(work: Work, session: Record) -> None:
    """A delayed payment arrives.

    Raises:
        RefusedError: nothing is under way.
    """
    intent, charge = _under_way(work, session)
    work.edit(
        charge,
        status="succeeded",
        paid=True,
        captured=True,
        amount_captured=charge.doc["amount"],
    )
    work.event("charge.succeeded", charge)
    _succeed(work, intent, charge)
    work.edit(session, payment_status="paid")
    work.event("checkout.session.async_payment_succeeded", session)
    settle_balance(work, charge)


def bounce(work: Work, session: Record) -> None:
    """A delayed payment fails; the session stays complete and unpaid.

    Raises:
        RefusedError: nothing is under way.
    """
    intent, charge = _under_way(work, session)
    words = "The customer's bank account has insufficient funds."
    work.edit(charge, status="failed", failure_code="insufficient_funds", failure_message=words)
    work.event("charge.failed", charge)
    _fail(work, intent, charge)
    work.event("checkout.session.async_payment_failed", session)


def _under_way(work: Work, session: Record) -> tuple[Record, Record]:
    number = session.doc["payment_intent"]
    intent = work.account.find("payment_intent", number or "")
    if intent is None or intent.doc["status"] != "processing":
        message = "no delayed payment of this session is under way"
        raise RefusedError(message)
    return intent, work.account.get("charge", intent.doc["latest_charge"])


def _choose_shipping(work: Work, session: Record, payer: Payer) -> int:
    options = session.doc["shipping_options"]
    total: int = session.doc["amount_subtotal"]
    if not options:
        return total
    if not 0 <= payer.shipping < len(options):
        message = f"there is no shipping option {payer.shipping}"
        raise RefusedError(message)
    chosen = options[payer.shipping]
    amount = chosen["shipping_amount"]
    work.edit(
        session,
        amount_total=total + amount,
        shipping_cost={
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "shipping_rate": chosen["shipping_rate"],
        },
        total_details={**session.doc["total_details"], "amount_shipping": amount},
    )
    return int(session.doc["amount_total"])


def _intent(work: Work, session: Record, payer: Payer) -> Record:
    """The session's PaymentIntent; made at the first attempt, and used again by later ones."""
    known = session.inside.get("intent")
    if known is not None:
        intent = work.account.get("payment_intent", known)
        work.edit(intent, amount=session.doc["amount_total"])
        return intent
    intent = work.add("payment_intent", intent_doc(work, session, payer.method))
    work.edit(session, inside={"intent": intent.id})
    work.event("payment_intent.created", intent)
    return intent


def _charge(work: Work, intent: Record, payer: Payer, failure: Card | None = None) -> Record:
    card = payer.test_card() if payer.method == "card" else None
    billing = {
        "address": _address(payer),
        "email": payer.email or None,
        "name": payer.name or None,
        "phone": None,
        "tax_id": None,
    }
    charge = work.add(
        "charge",
        charge_doc(work, intent, payer.method, card, billing=billing, failure=failure),
        dispute=card.dispute if card else "",
    )
    work.edit(intent, latest_charge=charge.id, payment_method=charge.doc["payment_method"])
    return charge


def _succeed(work: Work, intent: Record, charge: Record) -> None:
    work.edit(
        intent,
        status="succeeded",
        amount_received=charge.doc["amount"],
        last_payment_error=None,
        processing=None,
    )
    work.event("payment_intent.succeeded", intent)


def _fail(work: Work, intent: Record, charge: Record) -> None:
    outcome = charge.doc["outcome"]
    error = {
        "charge": charge.id,
        "code": charge.doc["failure_code"],
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": charge.doc["failure_message"],
        "payment_method": {"id": charge.doc["payment_method"], "object": "payment_method"},
        "type": "card_error",
    }
    if outcome and outcome["reason"]:
        error["decline_code"] = outcome["reason"]
    work.edit(
        intent,
        status="requires_payment_method",
        last_payment_error=error,
        payment_method=None,
        processing=None,
    )
    work.event("payment_intent.payment_failed", intent)


def _begin_delayed(work: Work, session: Record, intent: Record, payer: Payer) -> None:
    charge = _charge(work, intent, payer)
    work.edit(charge, status="pending", paid=False, captured=True)
    work.event("charge.pending", charge)
    work.edit(intent, status="processing", processing={"type": payer.method})
    work.event("payment_intent.processing", intent)
    _complete(work, session, payer, payment_status="unpaid", payment_intent=intent.id)


def _complete(work: Work, session: Record, payer: Payer, **changes: Any) -> None:
    email = payer.email or session.doc["customer_email"]
    collected = None
    if session.doc["shipping_address_collection"] is not None:
        collected = {
            "business_name": None,
            "individual_name": None,
            "shipping_details": {"address": _address(payer), "name": payer.name or None},
        }
    work.edit(
        session,
        status="complete",
        url=None,
        customer_details=details(email, payer.name or None, _address(payer)),
        collected_information=collected,
        **changes,
    )
    work.event(COMPLETED, session)


def _address(payer: Payer) -> Doc:
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {name: payer.address.get(name) or None for name in names}
