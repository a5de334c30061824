"""Verbs on stored files, whatever keeps them."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, cast

from django.core.files.storage import FileSystemStorage, storages
from django.utils import timezone

from .contracts import OCTETS, Stat, Store, checked
from .local import LocalFiles

if TYPE_CHECKING:
    from storages.backends.s3 import S3Storage


def the_store() -> Store:
    """Return what ``STORAGES["default"]`` names."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return LocalFiles(storage)
    from .bucket import Bucket  # noqa: PLC0415 -- 0.3 s and 30 MB, for those who have a bucket

    return Bucket(cast("S3Storage", storage))


def _nothing() -> None:
    pass


def save(
    key: str,
    content: IO[bytes],
    *,
    content_type: str = OCTETS,
    beat: Callable[[], object] = _nothing,
) -> None:
    """Keep a file under a key of ours, whole or not at all; one that is there is replaced.

    The content is read from where it stands, in bounded pieces; ``beat`` is called between them
    in this thread (a job's ``heartbeat``). Outside any transaction: a bucket may be slow. Whoever
    saves has written the key into a row before, or sweeps with :func:`list_keys`: a process may
    be killed before it can note what it has stored.

    Raises :class:`StorageDown`, which lets a job be tried again, and what ``beat`` raises.
    """
    the_store().save(checked(key), content, content_type, beat)


def open_file(key: str, *, start: int = 0) -> IO[bytes]:
    """Open a file for reading from a byte on; to be used with ``with``. It cannot seek.

    Raises :class:`NoSuchFile` or :class:`StorageDown`, while it is read, too.
    """
    return the_store().open(checked(key), start)


def stat(key: str) -> Stat:
    """Return a file's size and version. Raises :class:`NoSuchFile` or :class:`StorageDown`."""
    return the_store().stat(checked(key))


def delete(key: str) -> None:
    """Let a file go, with what a killed attempt to save it has left; harmless when it is gone.

    Raises :class:`StorageDown`.
    """
    the_store().delete(checked(key))


def list_keys(prefix: str, *, older_than: dt.timedelta) -> Iterator[str]:
    """Yield the keys below the folder ``prefix`` that were written longer ago than that.

    For an owner's sweep: what no row of its knows is deleted. ``older_than`` must be longer than
    the time between storing a file and noting it, with the waits of a job in between.
    """
    yield from the_store().keys(checked(prefix), timezone.now() - older_than)
