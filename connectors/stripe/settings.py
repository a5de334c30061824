"""What an account's connection needs, checked before any of it gets near a request."""

import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

API_VERSION: Final = "2026-10-28.endive"
"""The version of answers, and of the webhooks of endpoints that we make."""

ORIGIN: Final = "https://api.stripe.com"
# Secret and restricted keys, of test and of real money. `\Z`, because `$` lets a line break
# through.
_KEY: Final = re.compile(r"(?:sk|rk)_(test|live)_[A-Za-z0-9_]{10,250}\Z")


def is_secret_key(text: str) -> bool:
    """Whether ``text`` has the form of a secret or restricted key."""
    return _KEY.match(text) is not None


@dataclass(frozen=True, slots=True)
class StripeCredentials:
    """An account's id as we know it, and its key; ``connection_id`` names what to mend."""

    connection_id: UUID
    account: str
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no secret key: a publishable one can do nothing."""
        if not is_secret_key(self.secret_key):
            message = "its key is not a secret key like sk_live_… or rk_live_…"
            raise ValueError(message)

    @property
    def livemode(self) -> bool:
        """Whether the key moves real money."""
        match = _KEY.match(self.secret_key)
        return match is not None and match[1] == "live"
