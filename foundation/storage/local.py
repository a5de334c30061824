"""Files on this machine, below the folder of Django's FileSystemStorage."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from django.core.files.storage import FileSystemStorage

from .contracts import NoSuchFile, Stat, StorageDown

PIECE: Final = 1024 * 1024
# A name of a file that is being written where the file system has no files without a name.
_PART: Final = ".part-"


class LocalFiles:
    """A folder. A file appears under its key when it is whole, and not before."""

    def __init__(self, storage: FileSystemStorage) -> None:
        """``storage`` says where the folder is."""
        self._storage = storage
        self._folder = Path(storage.location)

    def save(
        self, key: str, content: IO[bytes], content_type: str, beat: Callable[[], object]
    ) -> None:
        """Write beside the place, then move; a killed writer leaves nothing under the key."""
        del content_type
        place = self._path(key)
        with _named(key, "stored"):
            place.parent.mkdir(parents=True, exist_ok=True)
            with _whole_or_not(place) as out:
                while piece := content.read(PIECE):
                    out.write(piece)
                    beat()

    def open(self, key: str, start: int = 0) -> IO[bytes]:
        """Open the file at a position."""
        with _named(key, "read"):
            stream = self._path(key).open("rb")
            stream.seek(start)
            return stream

    def stat(self, key: str) -> Stat:
        """Ask the file system."""
        with _named(key, "read"):
            found = self._path(key).stat()
        return Stat(
            size=found.st_size,
            etag=f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
            modified_at=dt.datetime.fromtimestamp(found.st_mtime, tz=dt.UTC),
        )

    def delete(self, key: str) -> None:
        """Remove the file and the folders that are empty without it."""
        place = self._path(key)
        with _named(key, "deleted"):
            place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == self._folder:
                break
            # Not empty, or somebody is just putting a file into it: it stays.
            try:
                folder.rmdir()
            except OSError:
                break

    def keys(self, prefix: str, before: dt.datetime) -> Iterator[str]:
        """Walk the folder; nothing is held in memory but the folders on the way."""
        top = self._folder / prefix
        with _named(prefix, "listed"):
            for folder, _, names in os.walk(top):
                for name in names:
                    path = Path(folder) / name
                    with suppress(FileNotFoundError):
                        if path.stat().st_mtime < before.timestamp():
                            yield path.relative_to(self._folder).as_posix()

    def address(self, key: str, *, seconds: int, content_type: str, download_as: str) -> str | None:
        """There is none: files on this machine are served by us."""
        del key, seconds, content_type, download_as
        return None

    def _path(self, key: str) -> Path:
        # Refuses what lies outside the folder, should a key ever get past the check of keys.
        return Path(self._storage.path(key))


@contextmanager
def _whole_or_not(place: Path) -> Iterator[IO[bytes]]:
    part = place.with_name(f"{_PART}{uuid4().hex}")
    try:
        # Linux: a file without a name, of which nothing is left when this process is killed.
        handle = os.open(place.parent, os.O_TMPFILE | os.O_RDWR, 0o644)
    except (AttributeError, OSError):
        with _named_part(part, place) as out:
            yield out
        return
    with os.fdopen(handle, "w+b") as out:
        yield out
        out.flush()
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # With folders given, or Python asks for a link to the entry in /proc itself.
            os.link(f"/proc/self/fd/{handle}", part.name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            os.close(folder)
        part.replace(place)


@contextmanager
def _named_part(part: Path, place: Path) -> Iterator[IO[bytes]]:
    try:
        with part.open("xb") as out:
            yield out
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _named(key: str, deed: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if deed == "stored":
            raise StorageDown(_said(deed, error)) from error
        raise NoSuchFile(key) from error
    except OSError as error:
        raise StorageDown(_said(deed, error)) from error


def _said(deed: str, error: OSError) -> str:
    return (
        f"The file could not be {deed}: {error.strerror or error}. It is tried again. Is there "
        "room below VAR_DIR, and may this program write there?"
    )
