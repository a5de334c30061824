"""Deliveries: is it from Shopify, and what is it about (contract §8.1).

Pure functions on bytes and headers. Not done here: finding the shop's secrets, storing the
delivery once, handing it on (``foundation.inbox``); bodies are :mod:`.payloads`.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from .mapping import utc
from .settings import is_shop_domain

SIGNATURE_HEADER: Final = "X-Shopify-Hmac-Sha256"
SHOP_HEADER: Final = "X-Shopify-Shop-Domain"
TOPIC_HEADER: Final = "X-Shopify-Topic"
_Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Refusal(StrEnum):
    """Why a delivery is not believed; kept inside, the sender sees 401 and nothing else."""

    NO_SIGNATURE = "no_signature"
    MALFORMED_SIGNATURE = "malformed_signature"
    WRONG_SIGNATURE = "wrong_signature"
    NO_SHOP = "no_shop"
    MALFORMED_SHOP = "malformed_shop"
    NO_TOPIC = "no_topic"
    NO_DELIVERY_ID = "no_delivery_id"


class Refused(Exception):
    """A delivery that is not believed."""

    def __init__(self, reason: Refusal) -> None:
        """``reason`` is for our own log."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of a delivery. ``delivery_id`` is the same on its retries: the dedupe key.

    ``event_id`` joins all deliveries of one merchant action; ``triggered_at`` may be missing.
    """

    topic: str
    shop_domain: str
    delivery_id: str
    event_id: str
    api_version: str
    triggered_at: dt.datetime | None


def verify_signature(body: bytes, signature: str | None, secrets: Iterable[str]) -> None:
    """Raise :class:`Refused` unless ``signature`` was made over ``body`` with one of ``secrets``.

    Every secret is tried, in constant time each: the old one signs for up to an hour after a
    rotation (contract §2.3).
    """
    if not signature:
        raise Refused(Refusal.NO_SIGNATURE)
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Refusal.MALFORMED_SIGNATURE) from error
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256), given)
        for secret in secrets
        if secret
    ]
    if not any(matches):
        raise Refused(Refusal.WRONG_SIGNATURE)


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """Read a delivery's headers, whatever their letters' case; raise :class:`Refused`."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    shop = told.get("x-shopify-shop-domain", "").lower()
    topic = told.get("x-shopify-topic", "").lower()
    delivery_id = told.get("x-shopify-webhook-id", "")
    if not shop:
        raise Refused(Refusal.NO_SHOP)
    if not is_shop_domain(shop):
        raise Refused(Refusal.MALFORMED_SHOP)
    if not topic:
        raise Refused(Refusal.NO_TOPIC)
    if not delivery_id:
        raise Refused(Refusal.NO_DELIVERY_ID)
    return Envelope(
        topic=topic,
        shop_domain=shop,
        delivery_id=delivery_id,
        event_id=told.get("x-shopify-event-id", ""),
        api_version=told.get("x-shopify-api-version", ""),
        triggered_at=_time(told.get("x-shopify-triggered-at", "")),
    )


def _time(text: str) -> dt.datetime | None:
    """Read a header's time; nanoseconds are cut. It is a hint, so nonsense is None."""
    try:
        moment = msgspec.convert(text, _Time)
    except msgspec.ValidationError:
        return None
    return utc(moment)
