"""What the storage says of a file, and how it fails."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final, Protocol

from foundation.failures import Transient

OCTETS: Final = "application/octet-stream"
MOST_KEY: Final = 500
# Every piece begins with a letter or a digit: no "..", no hidden file, no absolute path.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class BadKey(ValueError):
    """A key that no code of ours should have made; nothing was touched."""


class NoSuchFile(Exception):
    """There is no file under that key (any more)."""


class StorageDown(Transient):
    """The storage does not do its work now. The text says which, why, and what to look at."""


def checked(key: str) -> str:
    """Return a key that cannot lead out of the storage; raises :class:`BadKey`."""
    if len(key) > MOST_KEY or not _KEY.fullmatch(key):
        message = f"{key[:60]!r} is no key: letters, digits, . _ - and / between its pieces."
        raise BadKey(message)
    return key


@dataclass(frozen=True, slots=True)
class Stat:
    """A stored file: ``etag`` is another one whenever the bytes are others; quoted, for HTTP."""

    size: int
    etag: str
    modified_at: dt.datetime


class Store(Protocol):
    """What a kind of storage can do. Keys are checked before they come here."""

    def save(
        self, key: str, content: IO[bytes], content_type: str, beat: Callable[[], object]
    ) -> None:
        """Keep a file, whole or not at all; ``beat`` is called after every bounded piece."""

    def open(self, key: str, start: int = 0) -> IO[bytes]:
        """Read from a position on; to be closed. Cannot seek."""

    def stat(self, key: str) -> Stat:
        """Say size and version."""

    def delete(self, key: str) -> None:
        """Let a file go, and what was left of a broken attempt to save it."""

    def keys(self, prefix: str, before: dt.datetime) -> Iterator[str]:
        """Yield what is kept below a folder since before a moment."""

    def address(self, key: str, *, seconds: int, content_type: str, download_as: str) -> str | None:
        """Return an address of the storage's own; None when it has none."""
