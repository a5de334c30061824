"""The HTTP side of the vendors' door: WSGI, in front of Django.

Webhooks need no session, no form token and no page: going through Django's handler cost as much
as everything that is done for them (seen: 1,650 webhooks a second with it, 2,600 without).

Answers, all as RFC 9457 problem details except the first:

====  =======================================================================================
200   stored, stored as ignored (unknown topic, malformed body), or a repetition
401   the receiver refused it: unsigned, mis-signed, unknown account, a header missing
405   not a POST
413   longer than ``WEBHOOK_MAX_BYTES``; at most one byte more than that was read
503   the database is away: the vendor is to send it again (bad input never leads here)
====  =======================================================================================
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from psycopg_pool import PoolTimeout

from foundation.tracing import accept_or_make, request_scope

from .accounts import Lookup
from .contracts import Refused, Source, Verified
from .services import store
from .sources import source_at

logger = structlog.get_logger(__name__)

TOPIC_LENGTH = 100
EXTERNAL_ID_LENGTH = 200
_RETRY_AFTER_SECONDS = "30"
_AWAY = (OperationalError, InterfaceError, PoolTimeout)


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; an empty body is the good news."""

    status: HTTPStatus
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class WebhookDoor:
    """Answer the paths that sources have registered; pass everything else on."""

    def __init__(self, application: Application) -> None:
        """``application`` serves the pages."""
        self._pages = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Serve one request."""
        source = source_at(environ.get("PATH_INFO", ""))
        if source is None:
            return self._pages(environ, start_response)
        request_id = accept_or_make(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            with request_scope(request_id):
                reply = answer(source, environ)
        finally:
            if connection.connection is not None and not connection.in_atomic_block:
                # Looking an account up took one of the pool's: nobody else gives it back.
                close_old_connections()
        headers = [
            *reply.headers.items(),
            ("Content-Length", str(len(reply.body))),
            ("X-Request-Id", request_id),
        ]
        start_response(f"{reply.status.value} {reply.status.phrase}", headers)
        return [reply.body]


def answer(source: Source, environ: dict[str, Any]) -> Reply:
    """Verify, store and acknowledge one webhook."""
    if environ["REQUEST_METHOD"] != "POST":
        return _problem(405, "method-not-allowed", "Webhooks are delivered by POST.", Allow="POST")
    most: int = settings.WEBHOOK_MAX_BYTES
    body = _read(environ, most)
    if body is None:
        return _problem(413, "oversized", f"A webhook may have {most} bytes at most.")
    headers = {name: environ[key] for name, key in source.headers if key in environ}
    try:
        verified = _verify(source, headers, body)
        if isinstance(verified, Refused):
            logger.info("webhook.refused", source=source.name, reason=verified.reason)
            return _problem(401, verified.reason, verified.detail)
        _store(source, verified, headers, body)
    except _AWAY as error:
        logger.warning("webhook.database_away", source=source.name, error=str(error))
        return _not_stored("It could not be stored just now. Send it again.")
    except Exception:
        # Whatever it was, it was not stored: the vendor is told so and sends it again.
        logger.exception("webhook.bug", source=source.name)
        return _not_stored("It was not stored, by a fault of this program. Send it again.")
    return _STORED


_STORED = Reply(HTTPStatus.OK)


def _read(environ: dict[str, Any], most: int) -> bytes | None:
    """Return the raw body; None when it is longer than ``most`` bytes."""
    try:
        announced = int(environ.get("CONTENT_LENGTH") or -1)
    except ValueError:
        announced = -1
    if announced > most:
        return None
    if announced < 0:
        # A chunked body announces nothing; one byte too many is enough to know. Neither length
        # nor chunks: there is no body.
        announced = most + 1 if "HTTP_TRANSFER_ENCODING" in environ else 0
    wanted = announced
    stream = environ["wsgi.input"]
    pieces = []
    while wanted > 0:
        piece = stream.read(wanted)
        if not piece:
            break
        pieces.append(piece)
        wanted -= len(piece)
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return None if len(body) > most else body


def _verify(source: Source, headers: Mapping[str, str], body: bytes) -> Verified | Refused:
    lookup = Lookup(source.name)
    verdict = source.receiver.verify(headers, body, lookup)
    if isinstance(verdict, Refused) and lookup.remembered:
        # The secrets may have been changed within the last seconds.
        verdict = source.receiver.verify(headers, body, Lookup(source.name, fresh=True))
    if isinstance(verdict, Verified) and not (
        _harmless(verdict.topic, TOPIC_LENGTH)
        and _harmless(verdict.external_id, EXTERNAL_ID_LENGTH)
    ):
        return Refused("incomplete", "The topic or the delivery's id is missing or not plain text.")
    return verdict


def _harmless(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable()


def _malformed(body: bytes) -> str:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"The body is not JSON: {error}"
    return ""


def _store(source: Source, verified: Verified, headers: Mapping[str, str], body: bytes) -> None:
    malformed = _malformed(body)
    try:
        store(source, verified, headers, body, malformed=malformed)
    except _AWAY:
        # PostgreSQL was restarted and this connection did not know. Storing is idempotent, so
        # even when the lost answer was "done", once more does no harm.
        if connection.in_atomic_block:
            raise
        connection.close()
        wrapper: Any = connection  # PostgreSQL's: Django's base class has no pool
        if wrapper.pool is not None:
            # The others did not know either; each is tried, and replaced if it is dead.
            wrapper.pool.check()
        store(source, verified, headers, body, malformed=malformed)


def _not_stored(detail: str) -> Reply:
    return _problem(503, "not-stored", detail, **{"Retry-After": _RETRY_AFTER_SECONDS})


def _problem(status: int, reason: str, detail: str, **headers: str) -> Reply:
    titles = {401: "Not accepted", 405: "Wrong method", 413: "Too long", 503: "Try again"}
    body = {
        "type": f"urn:backroom:problem:webhook:{reason}",
        "title": titles[status],
        "status": status,
        "detail": detail,
    }
    return Reply(
        HTTPStatus(status),
        json.dumps(body).encode(),
        {"Content-Type": "application/problem+json", **headers},
    )
