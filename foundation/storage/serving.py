"""Answer a request with a stored file: in bounded pieces, whole or a part, or "you have it"."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from . import files
from .contracts import Stat

PIECE = 64 * 1024
DIRECT_SECONDS = 60
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def file_response(
    request: Any, key: str, *, content_type: str, download_as: str = "", max_age: int = 0
) -> HttpResponseBase:
    """Answer with a file. Whether this person may have it has been decided.

    ``max_age``: how many seconds this browser may keep it; 0: it may not. One part can be asked
    for (``Range``), so that a download that broke goes on where it was. With ``S3_DIRECT`` a
    download is sent on to the bucket; what is shown in a page always comes from our origin.

    Raises :class:`NoSuchFile` or :class:`StorageDown`.
    """
    if download_as and settings.S3_DIRECT:
        address = files.the_store().address(
            key, seconds=DIRECT_SECONDS, content_type=content_type, download_as=download_as
        )
        if address is not None:
            return HttpResponseRedirect(address, headers={"Cache-Control": "private, no-store"})
    found = files.stat(key)
    shown = content_disposition_header(bool(download_as), download_as) or "inline"
    headers = {
        "Content-Disposition": shown,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": f"private, max-age={max_age}" if max_age else "private, no-store",
        "ETag": found.etag,
        "Accept-Ranges": "bytes",
    }
    if _has_it(request, found):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    first, last = 0, found.size - 1
    wanted = _wanted(request, found)
    status = HTTPStatus.OK
    if wanted is not None:
        first, last = wanted
        if first > last:
            headers["Content-Range"] = f"bytes */{found.size}"
            return HttpResponse(
                status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                content_type=content_type,
                headers=headers,
            )
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {first}-{last}/{found.size}"
    length = last - first + 1
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    pieces = _Pieces(files.open_file(key, start=first), length)
    return StreamingHttpResponse(pieces, status=status, content_type=content_type, headers=headers)


def _has_it(request: Any, found: Stat) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or found.etag in known


def _wanted(request: Any, found: Stat) -> tuple[int, int] | None:
    """Return the first and the last byte that are asked for; None: all of them."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    # Another version than the one of which a part is there already is sent whole.
    if match is None or request.headers.get("If-Range", found.etag) != found.etag:
        return None
    first, last = match.groups()
    if not first:
        return (max(found.size - int(last), 0), found.size - 1) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last or found.size), found.size - 1)


class _Pieces:
    """So many bytes of an open file, which is closed with the answer, even one never read."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream, self._left = stream, length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._stream.read(min(PIECE, self._left)) if self._left else b""
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._stream.close()
