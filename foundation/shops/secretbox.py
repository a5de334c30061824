"""Secrets at rest: encrypted with keys that live outside the database (house law 12)."""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(secrets: dict[str, Any]) -> bytes:
    """Encrypt a JSON object with the first of ``BACKROOM_KEYS``."""
    return _box(tuple(settings.BACKROOM_KEYS)).encrypt(json.dumps(secrets).encode())


def unseal(token: bytes | memoryview) -> dict[str, Any]:
    """Decrypt what :func:`seal` made with any of ``BACKROOM_KEYS``.

    Raises :class:`ImproperlyConfigured` when none of the keys fits.
    """
    try:
        plain = _box(tuple(settings.BACKROOM_KEYS)).decrypt(bytes(token))
    except InvalidToken as error:
        message = (
            "A stored secret cannot be decrypted: none of the keys in BACKROOM_KEYS made it. "
            "Add the key that was used before to the end of BACKROOM_KEYS and restart."
        )
        raise ImproperlyConfigured(message) from error
    secrets: dict[str, Any] = json.loads(plain)
    return secrets


def reseal(token: bytes) -> bytes:
    """Encrypt again with the first key, for key rotation."""
    return _box(tuple(settings.BACKROOM_KEYS)).rotate(bytes(token))
