"""Ids in the vendor's form: a prefix and letters and digits nobody guesses."""

import secrets
import string

LETTERS = string.ascii_letters + string.digits
PREFIX = {
    "account": "acct_",
    "balance_transaction": "txn_3",
    "charge": "ch_3",
    "checkout.session": "cs_test_a1",
    "dispute": "du_1",
    "event": "evt_1",
    "item": "li_1",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "price": "price_1",
    "product": "prod_",
    "refund": "re_3",
    "request": "req_",
    "shipping_rate": "shr_1",
    "webhook_endpoint": "we_1",
}
LENGTH = {"checkout.session": 58, "request": 14, "product": 14}


def new(kind: str) -> str:
    """A new id."""
    return PREFIX[kind] + letters(LENGTH.get(kind, 23))


def letters(count: int) -> str:
    """Letters and digits by chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def webhook_secret() -> str:
    """A new secret of a webhook endpoint."""
    return f"whsec_{letters(32)}"
