"""Whose secrets a signature is checked with, remembered for a few seconds."""

import time
from uuid import UUID

from foundation.shops.api import WebhookAccount, webhook_account, webhook_accounts

# A secret that was withdrawn, or a shop that was disconnected, is still accepted for this long.
# A new secret works at once: a signature that does not fit is checked again with fresh ones.
REMEMBER_SECONDS = 10.0
# Only accounts that exist are remembered, so this bound is met by nobody but the largest house.
MOST = 10_000

_known: dict[tuple[str, str], tuple[WebhookAccount, float]] = {}
_known_kinds: dict[str, tuple[tuple[WebhookAccount, ...], float]] = {}


class Lookup:
    """The :class:`~foundation.inbox.contracts.AccountLookup` of one request."""

    __slots__ = ("_fresh", "_kind", "remembered")

    def __init__(self, kind: str, *, fresh: bool = False) -> None:
        """``fresh``: read the database even when the account is remembered."""
        self._kind = kind
        self._fresh = fresh
        self.remembered = False

    def __call__(self, account: str) -> WebhookAccount | None:
        """Find an account; ``self.remembered`` tells whether it came from memory."""
        key = (self._kind, account)
        now = time.monotonic()
        known = _known.get(key)
        if known is not None and now < known[1] and not self._fresh:
            self.remembered = True
            return known[0]
        found = webhook_account(self._kind, account)
        if found is None:
            _known.pop(key, None)
            return None
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = (found, now + REMEMBER_SECONDS)
        return found

    def all(self) -> tuple[WebhookAccount, ...]:
        """Find all accounts of the kind, remembered for the same seconds."""
        now = time.monotonic()
        known = _known_kinds.get(self._kind)
        if known is not None and now < known[1] and not self._fresh:
            self.remembered = True
            return known[0]
        found = webhook_accounts(self._kind)
        _known_kinds[self._kind] = (found, now + REMEMBER_SECONDS)
        return found


def forget(connection_id: UUID | None = None) -> None:
    """Forget one connection in this process, or all of them."""
    _known_kinds.clear()
    for key, (account, _) in list(_known.items()):
        if connection_id is None or account.connection_id == connection_id:
            _known.pop(key, None)
