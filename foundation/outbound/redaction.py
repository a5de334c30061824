"""Make a text safe to keep: no tokens, no addresses of people, bounded."""

import re
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 2048  # characters of an error in the log
_SHORTEST_SECRET: Final = 6  # a shorter one would blot out ordinary words
_GONE: Final = "[redacted]"
_PATTERNS: Final = (
    # Vendors' prefixed tokens: Shopify, Stripe, and whatever follows "Bearer".
    re.compile(r"\bshp(?:at|ca|pa|ss|rt|ua)_[A-Za-z0-9_-]+"),
    re.compile(r"\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]+"),
    re.compile(r"(?i)\b(?:access_token|password|secret|api_key|hmac)\b\W{1,4}[^\s&\"',;}]+"),
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    # Long runs of key material; ids and words are shorter.
    re.compile(r"\b[A-Fa-f0-9]{40,}\b"),
)


def redact(text: str, secrets: Iterable[object] = ()) -> str:
    """Return ``text`` without the given secrets, anything shaped like one, and e-mail addresses."""
    known = {secret for secret in secrets if isinstance(secret, str)}
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _GONE)
    for pattern in _PATTERNS:
        text = pattern.sub(_GONE, text)
    return text.replace("\x00", "")[:LONGEST]
