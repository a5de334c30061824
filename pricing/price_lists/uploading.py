"""Uploaded lists on their way in: never in memory, and never bigger than may be."""

import tempfile
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

# The other fields of the form and what stands around the file in the body.
_AROUND: Final = 64 * 1024
_DRAINED: Final = 1024 * 1024 * 1024
_PIECE: Final = 64 * 1024


class UploadedList(TemporaryUploadedFile):
    """An upload in a file beside the stored ones, which have room: /tmp is memory in containers."""

    def __init__(self, name: str, content_type: str, size: int, charset: str, extra: Any) -> None:
        """Make the file; it goes when it is closed."""
        folder = Path(settings.VAR_DIR) / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=folder)  # noqa: SIM115 -- kept open
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class ListUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to the disk piece by piece, whatever its size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = UploadedList(
            self.file_name or "",
            self.content_type or "",
            0,
            self.charset or "",
            self.content_type_extra,
        )


def is_too_large(request: Any) -> bool:
    """Tell from the head of a request, before its body is read, that a list is too large.

    No more of a body is ever read than its head says.
    """
    return _length(request) > settings.PRICING_LIST_MAX_BYTES + _AROUND


def discard_body(request: Any) -> None:
    """Read what is being sent and keep nothing of it.

    A browser shows an answer only once it has sent everything; it is let finish, within reason.
    """
    left = min(_length(request), _DRAINED)
    while left > 0 and (piece := request.read(min(_PIECE, left))):
        left -= len(piece)


def _length(request: Any) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
