"""Deliveries: are they from Stripe, and what are they about (contract §5, §6).

Pure functions on bytes and headers. Not done here: finding the account's secrets, storing the
delivery once, handing it on (``foundation.inbox``).
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from . import mapping
from .contracts import Event

SIGNATURE_HEADER: Final = "Stripe-Signature"
TOLERANCE_SECONDS: Final = 300
_SCHEME: Final = "v1"
_DIGEST: Final = 64
_MOST_SIGNATURES: Final = 16


class Refusal(StrEnum):
    """Why a delivery is not believed; kept inside, the sender sees 401 and nothing else."""

    NO_SIGNATURE = "no_signature"
    MALFORMED = "malformed"
    WRONG_SIGNATURE = "wrong_signature"
    STALE = "stale"
    FUTURE = "future"


class Refused(Exception):
    """A delivery that is not believed."""

    def __init__(self, reason: Refusal) -> None:
        """``reason`` is for our own log."""
        super().__init__(reason.value)
        self.reason = reason


class MalformedPayload(Exception):
    """The body is no event that we can read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is needed of a delivery before it is believed.

    ``event_id`` is the same on its retries: the dedupe key. ``account`` is empty for events of our
    own account, else it names the account connected to ours (Stripe Connect).
    """

    event_id: str
    type: str
    account: str
    livemode: bool


def verify_signature(
    body: bytes,
    header: str | None,
    secrets: Iterable[str],
    *,
    now: float,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> None:
    """Raise :class:`Refused` unless ``header`` was made over ``body`` with one of ``secrets``.

    Every secret is tried against every signature, in constant time each: while a secret is rolled,
    two sign. ``now`` is in seconds since 1970. The vendor's library accepts any time ahead of ours;
    here one further ahead than ``tolerance_seconds`` is refused, as a stale one is. The time is
    judged after the signature, so only Stripe itself ever hears of it.
    """
    if not header:
        raise Refused(Refusal.NO_SIGNATURE)
    moment, signatures = _read(header)
    signed = f"{moment}.".encode() + body
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), signed, hashlib.sha256), signature)
        for secret in secrets
        if secret
        for signature in signatures
    ]
    if not any(matches):
        raise Refused(Refusal.WRONG_SIGNATURE)
    if moment < now - tolerance_seconds:
        raise Refused(Refusal.STALE)
    if moment > now + tolerance_seconds:
        raise Refused(Refusal.FUTURE)


def _read(header: str) -> tuple[int, list[bytes]]:
    """Take the time and the ``v1`` signatures out of the header; other schemes are ignored."""
    moments: list[int] = []
    signatures: list[bytes] = []
    for part in header.split(","):
        name, _, text = part.strip().partition("=")
        if name == "t":
            if not (text.isascii() and text.isdecimal()) or len(text) > len("99999999999"):
                raise Refused(Refusal.MALFORMED)
            moments.append(int(text))
        elif name == _SCHEME and len(text) == _DIGEST:
            try:
                signatures.append(bytes.fromhex(text))
            except ValueError as error:
                raise Refused(Refusal.MALFORMED) from error
    if len(moments) != 1 or not 0 < len(signatures) <= _MOST_SIGNATURES:
        raise Refused(Refusal.MALFORMED)
    return moments[0], signatures


class _Envelope(msgspec.Struct):
    id: str
    type: str
    livemode: bool
    object: str
    account: str | None = None


def read_envelope(body: bytes) -> Envelope:
    """Read what a verified delivery is; raise :class:`MalformedPayload`."""
    try:
        told = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayload(str(error)) from error
    if told.object != "event":
        message = f"it is a {told.object}, not an event"
        raise MalformedPayload(message)
    return Envelope(told.id, told.type, told.account or "", told.livemode)


def read_event(body: bytes) -> Event:
    """Read a verified delivery with its object; raise :class:`MalformedPayload`."""
    try:
        return mapping.event(msgspec.json.decode(body, type=dict))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedPayload(str(error)) from error
