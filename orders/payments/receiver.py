"""Stripe's signatures, for the inbox. A delivery names no account: its secret tells which it is."""

import time
from collections.abc import Mapping
from typing import Final

from connectors.stripe.api import (
    SIGNATURE_HEADER,
    MalformedPayload,
    Refusal,
    read_envelope,
    verify_signature,
)
from connectors.stripe.api import Refused as Disbelieved
from foundation.inbox.api import AccountLookup, Refused, Verified, register_source
from foundation.shops.api import WebhookAccount

SOURCE: Final = "stripe"
PATHS: Final = ("/webhooks/stripe/",)

_WORDS: Final = {
    Refusal.NO_SIGNATURE: "There is no signature.",
    Refusal.MALFORMED: "The signature cannot be read.",
    Refusal.WRONG_SIGNATURE: "The signature does not fit any webhook secret of an account here.",
    Refusal.STALE: "The signature is too old.",
    Refusal.FUTURE: "The signature is from the future.",
}
# The inbox's own words where it has one.
_REASONS: Final = {
    Refusal.NO_SIGNATURE: "unsigned",
    Refusal.MALFORMED: "mis-signed",
    Refusal.WRONG_SIGNATURE: "mis-signed",
    Refusal.STALE: "stale",
    Refusal.FUTURE: "stale",
}


class StripeReceiver:
    """Implements :class:`foundation.inbox.contracts.Receiver`; no I/O but the account lookup."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, lookup: AccountLookup
    ) -> Verified | Refused:
        """Find the account whose secret signed the raw body, then read which event it is.

        An event of an account connected to ours (Stripe Connect) is not ours to take.
        """
        accounts = lookup.all()
        if not accounts:
            return Refused("unknown-account", "No Stripe account is connected.")
        account = signed_by(accounts, headers.get(SIGNATURE_HEADER), body)
        if isinstance(account, Refusal):
            return Refused(_REASONS[account], _WORDS[account])
        try:
            envelope = read_envelope(body)
        except MalformedPayload:
            return Refused("incomplete", "The body is no event.")
        if envelope.account.lower() not in {"", account.account.lower()}:
            return Refused("foreign-account", "The event is of another account than the signer's.")
        return Verified(account, envelope.type, envelope.event_id)


def signed_by(
    accounts: tuple[WebhookAccount, ...], header: str | None, body: bytes
) -> WebhookAccount | Refusal:
    """Return the account that signed; else why none is believed.

    All are tried, whichever fits, so that the time taken tells nothing.
    """
    now = time.time()
    signer: WebhookAccount | None = None
    refusal = Refusal.WRONG_SIGNATURE
    for account in accounts:
        try:
            verify_signature(body, header, account.secrets, now=now)
        except Disbelieved as error:
            # A stale one was signed by this account; that the others did not sign it says less.
            if error.reason is not Refusal.WRONG_SIGNATURE:
                refusal = error.reason
        else:
            signer = account
    return refusal if signer is None else signer


def register() -> None:
    """Let the inbox answer Stripe; called once at start."""
    register_source(SOURCE, paths=PATHS, receiver=StripeReceiver(), headers=(SIGNATURE_HEADER,))
