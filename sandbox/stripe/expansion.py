"""`expand[]`: objects in the place of their ids, at most four deep (contract §2)."""

import copy
from typing import Any, TypeAlias

from sandbox.stripe.errors import ApiError
from sandbox.stripe.state import Account

Doc: TypeAlias = dict[str, Any]

DEEPEST = 4
# Fields that hold an id, and of what.
LINKS: dict[tuple[str, str], str] = {
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "latest_charge"): "charge",
    ("charge", "payment_intent"): "payment_intent",
    ("charge", "balance_transaction"): "balance_transaction",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("refund", "balance_transaction"): "balance_transaction",
    ("refund", "failure_balance_transaction"): "balance_transaction",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
    ("shipping_cost", "shipping_rate"): "shipping_rate",
    ("shipping_options", "shipping_rate"): "shipping_rate",
}
# Fields that are only there when they are asked for, and those that hold nothing here.
INCLUDED = frozenset({("checkout.session", "line_items"), ("charge", "refunds")})
EMPTY = frozenset(
    {
        ("checkout.session", name)
        for name in ("customer", "invoice", "payment_link", "setup_intent", "subscription")
    }
    | {("payment_intent", name) for name in ("customer", "payment_method", "review")}
    | {("charge", name) for name in ("customer", "review", "transfer")}
)
INSIDE = frozenset({"shipping_cost", "shipping_options"})


def expanded(account: Account, doc: Doc, paths: list[str]) -> Doc:
    """The document with what was asked for; the stored one stays as it is.

    Raises:
        ApiError: a path leads nowhere.
    """
    if not paths:
        return doc
    result = copy.deepcopy(doc)
    for path in paths:
        words = path.split(".")
        if len(words) - int(words[0] == "data") > DEEPEST:
            message = f"You cannot expand more than {DEEPEST} levels of a property ({path})."
            raise ApiError(400, message, param="expand")
        _expand(account, result, words, path)
    return result


def _expand(account: Account, doc: Any, words: list[str], path: str, inside: str = "") -> None:
    if not words or doc is None:
        return
    if isinstance(doc, list):
        for each in doc:
            _expand(account, each, words, path, inside)
        return
    name, rest = words[0], words[1:]
    kind = inside or (doc.get("object", "") if isinstance(doc, dict) else "")
    place = (kind, name)
    if place in LINKS:
        if isinstance(doc.get(name), str):
            doc[name] = copy.deepcopy(account.get(LINKS[place], doc[name]).doc)
        _expand(account, doc.get(name), rest, path)
    elif place in INCLUDED:
        if not isinstance(doc.get(name), dict):
            doc[name] = _included(account, doc, name)
        _expand(account, doc[name], rest, path)
    elif (kind == "list" and name == "data") or (kind == "checkout.session" and name in INSIDE):
        _expand(account, doc[name], rest, path, name if name in INSIDE else "")
    elif place not in EMPTY:
        message = f"This property cannot be expanded ({path})."
        raise ApiError(400, message, param="expand")


def _included(account: Account, doc: Doc, name: str) -> Doc:
    if name == "line_items":
        session = account.get("checkout.session", doc["id"])
        rows, url = session.inside["lines"], f"/v1/checkout/sessions/{doc['id']}/line_items"
    else:
        refunds = account.of_intent("refund", doc["payment_intent"]).values()
        rows = [refund.doc for refund in reversed(refunds) if refund.doc["charge"] == doc["id"]]
        url = f"/v1/charges/{doc['id']}/refunds"
    return {
        "object": "list",
        "data": copy.deepcopy(rows[:10]),
        "has_more": len(rows) > 10,  # noqa: PLR2004 - the vendor's page
        "url": url,
    }
