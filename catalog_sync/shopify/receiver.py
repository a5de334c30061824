"""Shopify's signatures, for the inbox: one source at two addresses."""

from collections.abc import Mapping
from typing import Final

from connectors.shopify.api import Refusal, read_envelope, verify_signature
from connectors.shopify.api import Refused as Disbelieved
from foundation.inbox.api import AccountLookup, Refused, Verified, register_source

SOURCE: Final = "shopify"
PATHS: Final = ("/webhooks/shopify/", "/webhooks/inventory")
TRIGGERED_AT: Final = "X-Shopify-Triggered-At"
SIGNATURE: Final = "X-Shopify-Hmac-Sha256"
READ: Final = (
    "X-Shopify-Topic",
    SIGNATURE,
    "X-Shopify-Shop-Domain",
    "X-Shopify-Webhook-Id",
    "X-Shopify-Event-Id",
    "X-Shopify-API-Version",
    TRIGGERED_AT,
)
KEPT: Final = ("X-Shopify-Event-Id", "X-Shopify-API-Version", TRIGGERED_AT)

_WORDS: Final = {
    Refusal.NO_SIGNATURE: "There is no signature.",
    Refusal.MALFORMED_SIGNATURE: "The signature is not base64.",
    Refusal.WRONG_SIGNATURE: "The signature does not fit any webhook secret of this shop.",
    Refusal.NO_SHOP: "No shop is named.",
    Refusal.MALFORMED_SHOP: "The shop's name is not a myshopify.com domain.",
    Refusal.NO_TOPIC: "No topic is named.",
    Refusal.NO_DELIVERY_ID: "The delivery has no id.",
}
# The inbox's own words where it has one; the rest are incomplete envelopes.
_REASONS: Final = {
    Refusal.NO_SIGNATURE: "unsigned",
    Refusal.MALFORMED_SIGNATURE: "mis-signed",
    Refusal.WRONG_SIGNATURE: "mis-signed",
}


class ShopifyReceiver:
    """Implements :class:`foundation.inbox.contracts.Receiver`; no I/O but the account lookup."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, lookup: AccountLookup
    ) -> Verified | Refused:
        """Find the shop the delivery names and check its signature over the raw body."""
        try:
            envelope = read_envelope(headers)
            account = lookup(envelope.shop_domain)
            if account is None:
                return Refused("unknown-account", "No such shop is connected.")
            verify_signature(body, headers.get(SIGNATURE), account.secrets)
        except Disbelieved as error:
            return Refused(_REASONS.get(error.reason, "incomplete"), _WORDS[error.reason])
        return Verified(account, envelope.topic, envelope.delivery_id)


def register() -> None:
    """Let the inbox answer Shopify; called once at start."""
    register_source(SOURCE, paths=PATHS, receiver=ShopifyReceiver(), headers=READ, kept=KEPT)
