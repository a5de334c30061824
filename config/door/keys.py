"""The secrets of this checkout: made once, kept in a file that only its owner may read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from config.door.errors import DoorError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything secret that the door has to invent."""

    secret_key: str
    # Fernet keys, comma separated; the first encrypts, all decrypt.
    backroom_keys: str
    postgres_password: str
    owner_password: str
    app_password: str
    redis_password: str


def fresh() -> Keys:
    """Invent a set. Passwords are letters and digits, so that they stand in a URL as they are."""
    return Keys(
        secret_key=secrets.token_urlsafe(50),
        backroom_keys=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        postgres_password=secrets.token_hex(16),
        owner_password=secrets.token_hex(16),
        app_password=secrets.token_hex(16),
        redis_password=secrets.token_hex(16),
    )


def kept_in(file: Path) -> Keys:
    """Read the secrets, or make and keep them.

    A damaged file is never replaced: it may be all that decrypts the data.
    """
    if file.exists():
        try:
            known = json.loads(file.read_text())
            return Keys(**{field.name: str(known[field.name]) for field in fields(Keys)})
        except (ValueError, KeyError, TypeError) as error:
            raise DoorError(
                what=f"The secrets in {file} cannot be read.",
                why=f"the file is damaged ({error!r}); stored credentials need the keys in it",
                now="put back a copy of it, or start over without the old data: ./run demo --fresh",
            ) from None
    made = fresh()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(json.dumps(asdict(made), indent=2) + "\n")
    return made
