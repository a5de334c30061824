"""A connection's lane: gate, transaction guard, deadline, client and log around each call."""

import dataclasses
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from foundation.failures import Failure, Misconfigured, NotNow, OutcomeUnknown
from foundation.tracing import current_request_id

from .client import LONGEST_SECONDS, Http, raise_for_status
from .contracts import Answer, Call, Deadline, OpenDownload, OpenExchange
from .failures import NotSent
from .gate import pass_gate
from .models import Exchange
from .redaction import redact
from .services import park_connection
from .transactions import forbid_open_transaction

if TYPE_CHECKING:
    from foundation.shops.api import ConnectionAccess

logger = structlog.get_logger(__name__)

# Time kept back for reading the answer and recording it before the lease ends.
_MARGIN_SECONDS: Final = 1.0
# Of a download without a lease behind it.
LONGEST_DOWNLOAD: Final = 900.0

_lock = threading.Lock()
_shared: dict[int, Http] = {}


def open_http(
    access: "ConnectionAccess",
    *,
    deadline: Deadline | None = None,
    job_id: int | None = None,
    probe: bool = False,
) -> "ConnectionLane":
    """Return the lane of a connection. Nothing is sent yet.

    ``deadline`` tells the seconds left of the caller's lease; ``probe`` is for testing a
    connection that a person is mending: it may read although it is parked, and parks nothing.
    """
    return ConnectionLane(access, deadline=deadline, job_id=job_id, probe=probe)


def shared_http() -> Http:
    """Return this process's client, made anew after a fork or a change of the map."""
    wanted = settings.OUTBOUND_ADDRESS_MAP
    with _lock:
        http = _shared.get(os.getpid())
        if http is None or http.address_map != wanted:
            _shared.clear()
            http = _shared[os.getpid()] = Http(wanted)
        return http


class ConnectionLane:
    """Implements :class:`foundation.outbound.contracts.Lane` for one connection."""

    def __init__(
        self,
        access: "ConnectionAccess",
        *,
        deadline: Deadline | None,
        job_id: int | None,
        probe: bool,
    ) -> None:
        """See :func:`open_http`."""
        self._access = access
        self._deadline = deadline
        self._job_id = job_id
        self._probe = probe

    @contextmanager
    def exchange(self, call: Call, cost: int | None = None) -> Iterator[OpenExchange]:
        """Send ``call`` and yield its answer; when the block ends, log it.

        Statuses 429 and 5xx are raised before the block. ``Misconfigured``, raised by the
        connector inside it, parks the connection before it passes on.
        """
        forbid_open_transaction(call.operation)
        pass_gate(self._access.id, changes=call.changes, probe=self._probe)
        began = time.monotonic()
        opened: OpenExchange | None = None
        outcome: BaseException | None = None
        try:
            answer = shared_http().send(call, seconds=self._seconds())
            opened = OpenExchange(
                answer,
                requested_cost=cost,
                vendor_request_id=answer.headers.get("x-request-id", ""),
            )
            raise_for_status(answer, call, urlsplit(call.url).netloc)
            yield opened
        except BaseException as error:
            outcome = error
            raise
        finally:
            self._end(call, opened, outcome, cost, began)

    @contextmanager
    def download(self, call: Call, *, largest: int) -> Iterator[OpenDownload]:
        """Send ``call`` and give its body piece by piece; when the block ends, log it.

        As :meth:`exchange`, but no answer is kept, the time is the caller's whole lease, and each
        piece is taken outside of a transaction. Leaving the block early is no failure.
        """
        forbid_open_transaction(call.operation)
        pass_gate(self._access.id, changes=call.changes, probe=self._probe)
        began = time.monotonic()
        opened: OpenExchange | None = None
        outcome: BaseException | None = None

        def left() -> float:
            if self._deadline is None:
                return LONGEST_DOWNLOAD - (time.monotonic() - began)
            return self._seconds()

        try:
            with shared_http().stream(call, left=left, largest=largest) as got:
                opened = OpenExchange(Answer(got.status, got.headers, b"", 0))
                raise_for_status(opened.answer, call, urlsplit(call.url).netloc)
                pieces = _outside_transactions(got.pieces, call.operation)
                yield OpenDownload(got.status, got.headers, pieces)
        except GeneratorExit:
            raise
        except BaseException as error:
            outcome = error
            raise
        finally:
            if opened is not None:
                spent = round((time.monotonic() - began) * 1000)
                opened.answer = dataclasses.replace(opened.answer, milliseconds=spent)
            self._end(call, opened, outcome, None, began)

    def _seconds(self) -> float:
        if self._deadline is None:
            return LONGEST_SECONDS
        return self._deadline() - _MARGIN_SECONDS

    def _end(
        self,
        call: Call,
        opened: OpenExchange | None,
        outcome: BaseException | None,
        cost: int | None,
        began: float,
    ) -> None:
        spent = round((time.monotonic() - began) * 1000)
        self._log(call, opened, outcome, cost, spent)
        if isinstance(outcome, Misconfigured) and not self._probe:
            park_connection(outcome.connection_id, outcome.message)

    def _log(
        self,
        call: Call,
        opened: OpenExchange | None,
        outcome: BaseException | None,
        cost: int | None,
        spent: int,
    ) -> None:
        """Write the row. A log that cannot be written must not undo a call that was made."""
        parts = urlsplit(call.url)
        try:
            Exchange.objects.create(
                shop_id=self._access.shop_id,
                connection_id=self._access.id,
                operation=call.operation[:80],
                method=call.method,
                place=redact(f"{parts.netloc.rpartition('@')[2]}{parts.path}")[:300],
                status=opened.answer.status if opened else None,
                failure=(opened.failure if opened else "") or _kind(outcome),
                milliseconds=opened.answer.milliseconds if opened else spent,
                requested_cost=opened.requested_cost if opened else cost,
                actual_cost=opened.actual_cost if opened else None,
                vendor_request_id=opened.vendor_request_id[:128] if opened else "",
                job_id=self._job_id,
                request_id=current_request_id()[:64],
                error=redact(str(outcome), self._access.secrets.values()) if outcome else "",
            )
        except DatabaseError:
            logger.exception("outbound.exchange_not_logged", operation=call.operation)
            connection.close_if_unusable_or_obsolete()


def _outside_transactions(pieces: Iterator[bytes], what: str) -> Iterator[bytes]:
    while True:
        forbid_open_transaction(what)
        piece = next(pieces, None)
        if piece is None:
            return
        yield piece


_KINDS: Final = ((NotSent, "not_sent"), (OutcomeUnknown, "outcome_unknown"), (NotNow, "wait"))


def _kind(outcome: BaseException | None) -> str:
    """Name how an exchange ended, in the words of :mod:`foundation.failures`."""
    if outcome is None:
        return ""
    for kind, name in _KINDS:
        if isinstance(outcome, kind):
            return name
    return str(outcome.kind) if isinstance(outcome, Failure) else "bug"
