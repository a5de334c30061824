"""All error layers of contract §3.4, turned into the kinds of :mod:`foundation.failures`.

``userErrors`` are not failures of the call; they come back by row in typed answers. THROTTLED is
not here either: it belongs to the budget (:mod:`connectors.shopify.transport`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from foundation.failures import Failure, Misconfigured, OutcomeUnknown, Permanent, Transient
from foundation.outbound.api import Answer

from . import wire
from .documents import Document
from .settings import ShopifyCredentials

THROTTLED: Final = "THROTTLED"
_OK: Final = 200
_REQUEST_TIMEOUT: Final = 408
_SERVER: Final = 500
_REDIRECT: Final = range(300, 400)
_PAUSE: Final = dt.timedelta(seconds=5)

# What a person must mend, by HTTP status.
_SETTINGS: Final[Mapping[int, str]] = {
    401: (
        "does not accept the access token (HTTP 401). Enter the custom app's current Admin API "
        "token under Connections, then resume."
    ),
    402: (
        "is suspended for an unpaid bill (HTTP 402). The shop's owner settles it with Shopify, "
        "then resume the connection."
    ),
    403: (
        "forbids this app the access (HTTP 403). Check that the app is still installed and its "
        "scopes are granted, then resume."
    ),
    404: (
        "does not exist at this address (HTTP 404). Check the shop's myshopify.com domain under "
        "Connections, then resume."
    ),
    423: (
        "is locked by Shopify (HTTP 423). The shop's owner asks Shopify support to unlock it, "
        "then resume the connection."
    ),
    430: (
        "refuses our calls for security reasons (HTTP 430). Wait some minutes and resume; if it "
        "comes back, give Shopify support the request id from the exchange log."
    ),
}

# The document, or what we put into it, is wrong: repeating it can never help. Nothing was run.
_OUR_FAULT: Final = frozenset(
    {
        "MAX_COST_EXCEEDED",
        "MAX_INPUT_SIZE_EXCEEDED",
        "INVALID_VARIABLE",
        "PARSE_ERROR",
        "BAD_REQUEST",
        "INVALID_FIELD_ARGUMENTS",
        "RESOURCE_NOT_FOUND",
        "undefinedField",
        "missingRequiredArguments",
        "argumentNotAccepted",
        "argumentLiteralsIncompatible",
        "variableNotUsed",
        "variableMismatch",
        "selectionMismatch",
        "directiveCannotBeApplied",
    }
)


def unclear(document: Document, message: str) -> Transient:
    """Return the failure for an answer that does not tell what became of the call."""
    if document.changes:
        return OutcomeUnknown(f"{message} What became of the change is read back before going on.")
    return Transient(message, retry_after=_PAUSE)


def failure_of_status(
    answer: Answer, document: Document, shop: ShopifyCredentials
) -> Failure | None:
    """Judge the HTTP status. 429 and 5xx never arrive here: the lane raises them itself."""
    status = answer.status
    if status == _OK:
        return None
    if status in _SETTINGS:
        message = f"The shop {shop.domain} {_SETTINGS[status]}"
        return Misconfigured(message, connection_id=shop.connection_id)
    if status in _REDIRECT:
        message = (
            f"The shop {shop.domain} answers from another address (HTTP {status} to "
            f"{answer.headers.get('location', 'nowhere')!r}). Enter its present myshopify.com "
            "domain under Connections, then resume."
        )
        return Misconfigured(message, connection_id=shop.connection_id)
    if status >= _SERVER or status == _REQUEST_TIMEOUT:
        return unclear(document, f"Shopify could not answer {document.name} (HTTP {status}).")
    return Permanent(
        f"Shopify refused {document.name} (HTTP {status}): {_excerpt(answer.body)}. "
        "This is a fault of this program, not of a setting; report it with the request id."
    )


def failure_of_errors(
    errors: Iterable[wire.GraphError], document: Document, shop: ShopifyCredentials
) -> Failure | None:
    """Judge the top-level errors of an answer; the first one that matters speaks for all."""
    told = list(errors)
    if not told:
        return None
    codes = {error.code for error in told}
    first = told[0]
    if "ACCESS_DENIED" in codes:
        denied = next(error for error in told if error.code == "ACCESS_DENIED")
        needed = str((denied.extensions or {}).get("requiredAccess") or denied.message).rstrip(". ")
        message = (
            f"The token of {shop.domain} may not do {document.name}: Shopify asks for: {needed}. "
            "Grant the app this scope in the shop's admin, reinstall it and resume."
        )
        return Misconfigured(message, connection_id=shop.connection_id)
    if "SHOP_INACTIVE" in codes:
        message = (
            f"The shop {shop.domain} is closed (SHOP_INACTIVE). Reopen it at Shopify, then resume "
            "the connection."
        )
        return Misconfigured(message, connection_id=shop.connection_id)
    if codes <= _OUR_FAULT:
        return Permanent(
            f"Shopify refused {document.name}: {first.message} ({first.code}{_cost(first)}). "
            "This is a fault of this program, not of a setting; report it with the request id."
        )
    return unclear(
        document,
        f"Shopify failed at {document.name}: {first.message or 'no reason'} "
        f"({first.code or 'no code'}).",
    )


def failure_of_search(search: Iterable[Mapping[str, Any]], document: Document) -> Permanent | None:
    """Refuse a list whose filter Shopify partly ignored: it holds more than was asked (§6)."""
    warnings = [warning for each in search for warning in each.get("warnings") or ()]
    if not warnings:
        return None
    told = "; ".join(
        f"{warning.get('field', '?')}: {warning.get('message', '?')}"
        if isinstance(warning, dict)
        else str(warning)
        for warning in warnings
    )
    return Permanent(
        f"Shopify ignored a part of the filter of {document.name} ({told}), so the list holds more "
        "than was asked for and was not used."
    )


def _cost(error: wire.GraphError) -> str:
    told = error.extensions or {}
    if "maxCost" not in told:
        return ""
    return f", {told.get('cost')} points where {told['maxCost']} are allowed"


def _excerpt(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace") or "no text"
