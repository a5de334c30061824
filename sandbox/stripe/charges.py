"""PaymentIntents, Charges and balance transactions as objects (contract §4)."""

from typing import Any, TypeAlias

from sandbox.stripe import ids
from sandbox.stripe.payment_methods import Card
from sandbox.stripe.state import Record, Work, merged

Doc: TypeAlias = dict[str, Any]

DAY = 86_400
# What the vendor keeps of a card payment: 2.9 % and 30 of the smallest unit.
FEE_PER_MILLE, FEE_FIXED = 29, 30


def intent_doc(work: Work, session: Record, method: str) -> Doc:
    """A new PaymentIntent of a session; the session's own metadata does not reach it."""
    given = session.inside["intent_data"]
    number = ids.new("payment_intent")
    return {
        "id": number,
        "object": "payment_intent",
        "allowed_payment_method_types": session.doc["allowed_payment_method_types"],
        "amount": session.doc["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": given.get("capture_method", "automatic_async"),
        "client_secret": f"{number}_secret_{ids.letters(25)}",
        "confirmation_method": "automatic",
        "created": work.at,
        "currency": session.doc["currency"],
        "customer": None,
        "customer_account": None,
        "description": given.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": merged({}, given.get("metadata", {})),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": [method],
        "processing": None,
        "receipt_email": given.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": given.get("shipping"),
        "source": None,
        "statement_descriptor": given.get("statement_descriptor"),
        "statement_descriptor_suffix": given.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": given.get("transfer_group"),
    }


def charge_doc(  # noqa: PLR0913 - what a charge is made of
    work: Work,
    intent: Record,
    method: str,
    card: Card | None,
    *,
    billing: Doc,
    failure: Card | None,
) -> Doc:
    """A new Charge of an intent; `failure` is the card that was declined."""
    number = ids.new("charge")
    amount = intent.doc["amount"]
    sound = failure is None
    return {
        "id": number,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if sound and card else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing,
        "calculated_statement_descriptor": "BACKROOM SANDBOX",
        "captured": sound,
        "created": work.at,
        "currency": intent.doc["currency"],
        "customer": None,
        "description": intent.doc["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": failure.code if failure else None,
        "failure_message": failure.words if failure else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent.doc["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(failure),
        "paid": sound,
        "payment_intent": intent.id,
        "payment_method": ids.new("payment_method"),
        "payment_method_details": _details(method, card),
        "presentment_details": None,
        "receipt_email": intent.doc["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{number}" if sound else None,
        "refunded": False,
        "review": None,
        "shipping": intent.doc["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent.doc["statement_descriptor"],
        "statement_descriptor_suffix": intent.doc["statement_descriptor_suffix"],
        "status": "succeeded" if sound else "failed",
        "transfer_data": None,
        "transfer_group": intent.doc["transfer_group"],
    }


def _outcome(failure: Card | None) -> Doc:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if failure is None else "declined_by_network",
        "reason": None if failure is None else failure.decline,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete." if failure is None else "The bank declined it.",
        "type": "authorized" if failure is None else "issuer_declined",
    }


def _details(method: str, card: Card | None) -> Doc:
    if card is None:
        return {"type": method, method: {"bank_name": "TEST BANK", "last4": "6789"}}
    return {
        "type": "card",
        "card": {
            "amount_authorized": None,
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "CA",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "Xt5EWLLDS7FJjR1c",
            "funding": "credit",
            "installments": None,
            "last4": card.last4,
            "mandate": None,
            "network": card.brand,
            "three_d_secure": None,
            "wallet": None,
        },
    }


def settle_balance(work: Work, charge: Record) -> None:
    """The money's way to the balance appears on the charge a moment later."""
    fee = charge.doc["amount"] * FEE_PER_MILLE // 1000 + FEE_FIXED
    number = booking(work, charge, kind="charge", amount=charge.doc["amount"], fee=fee)
    work.edit(charge, balance_transaction=number)
    work.event("charge.updated", charge, previous={"balance_transaction": None})


def booking(work: Work, source: Record, *, kind: str, amount: int, fee: int = 0) -> str:
    """Keep a balance transaction; gives its id."""
    doc = {
        "id": ids.new("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": work.at + 2 * DAY,
        "balance_type": "payments",
        "created": work.at,
        "currency": source.doc["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": source.doc["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source.id,
        "status": "pending",
        "type": kind,
    }
    return work.add("balance_transaction", doc).id
