"""What a source of webhooks must know how to do, and what a listener gets to read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import msgspec

from foundation.failures import Permanent
from foundation.shops.api import WebhookAccount


class AccountLookup(Protocol):
    """Finds whose webhook it is."""

    def __call__(self, account: str) -> WebhookAccount | None:
        """Find the connection by the vendor's name of the account; None: we do not know it."""
        ...

    def all(self) -> tuple[WebhookAccount, ...]:
        """Find all connections of the source's kind: for a vendor that names no account.

        The receiver then tries the secrets of each, all of them, whichever fits.
        """
        ...


@dataclass(frozen=True, slots=True)
class Verified:
    """The sender knows one of the account's secrets.

    ``external_id`` is the vendor's id of the delivery, the same on its retries. ``topic`` names
    the event as listeners do: ``@on("shopify", topic)``.
    """

    account: WebhookAccount
    topic: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The webhook cannot be trusted: answered 401, nothing stored.

    ``reason`` is a word for programs (``unsigned``, ``mis-signed``, ``unknown-account``,
    ``incomplete`` or a source's own); ``detail`` a sentence for people, without any secret.
    """

    reason: str
    detail: str


class Receiver(Protocol):
    """A source's knowledge of its signatures. Called for every webhook; must not do any I/O."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, lookup: AccountLookup
    ) -> "Verified | Refused":
        """Check the signature over the raw ``body``, in constant time, before parsing it.

        ``headers`` has those of the source's registered headers that are present. ``lookup`` costs
        nothing most of the time, a query now and then. It may be called a second time with fresh
        secrets when the answer is :class:`Refused`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A registered vendor.

    ``headers`` pairs the names it wants to read with their keys in the WSGI environment: picking
    six costs less than building a mapping of all.
    """

    name: str
    receiver: Receiver
    headers: tuple[tuple[str, str], ...]
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class InboxContent:
    """A stored webhook, for its listeners."""

    id: int
    source: str
    topic: str
    shop_id: UUID | None
    connection_id: UUID | None
    external_id: str
    headers: dict[str, str]
    body: bytes
    received_at: dt.datetime

    def json(self) -> Any:
        """Parse the body. Raises :class:`Permanent` naming the place when it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = (
                f"The body of {self.source} webhook {self.external_id} ({self.topic}) is not "
                f"JSON: {error}. It is kept as inbox message {self.id}; ask the vendor to send "
                "it again, or discard this job."
            )
            raise Permanent(message) from error
