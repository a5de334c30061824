"""Stripe's errors (contract §7), turned into the kinds of :mod:`foundation.failures`.

429 is not here: it belongs to the budget (:mod:`.transport`); 5xx never arrive here: the lane
raises them itself.
"""

import datetime as dt
from typing import Final

import msgspec

from foundation.failures import Failure, Misconfigured, OutcomeUnknown, Permanent, Transient
from foundation.outbound.api import Answer, Call

from .settings import StripeCredentials

_OK: Final = 200
_KEY_IN_USE: Final = 409
_PAUSE: Final = dt.timedelta(seconds=2)


class Rejected(Permanent):
    """Stripe refuses what was asked for; ``code`` and ``param`` are its own, or empty."""

    def __init__(self, message: str, *, code: str = "", param: str = "") -> None:
        """``message`` is for people."""
        super().__init__(message)
        self.code = code
        self.param = param


class Missing(Rejected):
    """There is no such object in this account."""


class Declined(Rejected):
    """A card's bank refuses; ``decline_code`` says why. The connection is sound."""

    def __init__(self, message: str, *, code: str, param: str, decline_code: str) -> None:
        """``message`` is for people."""
        super().__init__(message, code=code, param=param)
        self.decline_code = decline_code


class KeyReused(Rejected):
    """The idempotency key was used for something else before."""


class _Error(msgspec.Struct):
    type: str = ""
    code: str | None = None
    param: str | None = None
    message: str = ""
    decline_code: str | None = None


class _Body(msgspec.Struct):
    error: _Error


# What a person must mend, by HTTP status.
_SETTINGS: Final = {
    401: (
        "does not accept the secret key (HTTP 401). It was rolled or deleted. Enter the current "
        "one under Connections, then resume."
    ),
    403: (
        "does not allow this to the key (HTTP 403). Give the restricted key the permission at "
        "Stripe under Developers → API keys, or enter another one, then resume."
    ),
}


def unclear(call: Call, message: str) -> Transient:
    """Return the failure for an answer that does not tell what became of the call."""
    if call.changes:
        return OutcomeUnknown(f"{message} It is asked again with the same key, or read back.")
    return Transient(message, retry_after=_PAUSE)


def failure_of(answer: Answer, call: Call, account: StripeCredentials) -> Failure | None:
    """Judge an answer by its status and its body; None when it is well."""
    status = answer.status
    if status == _OK:
        return None
    error = _told(answer.body)
    words = (error.message or "no reason").rstrip(". ")
    if status in _SETTINGS:
        message = f"The Stripe account {account.account} {_SETTINGS[status]} Stripe says: {words}."
        return Misconfigured(message, connection_id=account.connection_id)
    if status == _KEY_IN_USE:
        message = f"Stripe is still at work on the same {call.operation}. It is asked again."
        return Transient(message, retry_after=_PAUSE)
    if not error.type:
        return unclear(call, f"Stripe answered {call.operation} with HTTP {status} and no reason.")
    return _rejected(error, words, call)


def _rejected(error: _Error, words: str, call: Call) -> Rejected:
    """Say which kind of refusal it is; asking again would not help."""
    code, param = error.code or "", error.param or ""
    if error.type == "card_error":
        return Declined(
            f"The customer's bank refused {call.operation}: {words} "
            f"({error.decline_code or code}). Only the customer can settle this with the bank.",
            code=code,
            param=param,
            decline_code=error.decline_code or "",
        )
    if error.type == "idempotency_error":
        return KeyReused(
            f"Stripe refused {call.operation}: its idempotency key was used for something else "
            "before. Nothing was done. This is a fault of this program; report it with the "
            "request id from the exchange log.",
            code=code,
            param=param,
        )
    if code == "resource_missing":
        return Missing(
            f"Stripe does not know what {call.operation} is about: {words}. It is of another "
            "account, of test mode, or was never made. Check which account is connected.",
            code=code,
            param=param,
        )
    named = ", ".join(filter(None, (code, param)))
    return Rejected(
        f"Stripe refused {call.operation}: {words}{f' ({named})' if named else ''}. Nothing was "
        "done, and asking again would not help.",
        code=code,
        param=param,
    )


def _told(body: bytes) -> _Error:
    try:
        return msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Error()
