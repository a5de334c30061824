"""The HTTP client: one session, bounded in time and size, its errors mapped once.

Not done here: no retries, no redirects, no cookies, no proxies from the environment, no meaning
of statuses beyond 429 and 5xx (the connector knows the rest).
"""

import datetime as dt
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests
from urllib3.exceptions import HTTPError

from foundation.failures import OutcomeUnknown, Permanent, Transient

from .addresses import Route, route
from .contracts import Answer, Call, Deadline, OpenDownload
from .failures import NotSent, Throttled
from .wires import GuardedAdapter, MappedAdapter, forget_sending, sending_begun

USER_AGENT: Final = "Backroom/0.1"
CONNECT_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 30.0  # of one call, when the caller's deadline allows more
LEAST_SECONDS: Final = 0.5  # a call with less left is not begun
LARGEST_ANSWER: Final = 32 * 1024 * 1024  # bytes after decompression
_PIECE: Final = 64 * 1024
_BROKEN: Final = (requests.RequestException, HTTPError, OSError, ValueError)
_TOO_MANY: Final = 429
_SERVER: Final = 500
_UNAVAILABLE: Final = 503
_LONGEST_PAUSE: Final = 3600.0


class Http:
    """A thread-safe wrapper of one session with keep-alive connections."""

    def __init__(
        self, address_map: Mapping[str, str] | None = None, *, largest: int = LARGEST_ANSWER
    ) -> None:
        """``address_map`` is the operator's; ``largest`` bounds an answer's bytes."""
        self.address_map = dict(address_map or {})
        self._largest = largest
        self._session = requests.Session()
        self._session.trust_env = False
        # One session serves all merchants: a cookie of one shop must never reach another.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.adapters.clear()
        self._session.mount("https://", GuardedAdapter())
        for target in self.address_map.values():
            self._session.mount(f"{target}/", MappedAdapter())

    def send(self, call: Call, *, seconds: float = LONGEST_SECONDS) -> Answer:
        """Send ``call`` and return the answer, whatever its status.

        ``seconds`` bounds the whole call. Raises ``ForbiddenAddress``, ``NotSent`` (certainly no
        effect abroad), ``OutcomeUnknown`` (sent, no answer, and it changes something) or
        ``Transient`` (the same for a call that only reads).
        """
        seconds = min(seconds, LONGEST_SECONDS)
        way = route(call.url, self.address_map)
        if seconds < LEAST_SECONDS:
            message = f"{way.host} was not called: {seconds:.1f} s of the job's time were left."
            raise NotSent(message)
        began = time.monotonic()
        forget_sending()
        try:
            status, headers, body = self._exchange(call, way, began + seconds)
        except _BROKEN as error:
            raise _failure(call, way.host, error, time.monotonic() - began) from error
        return Answer(status, headers, body, round((time.monotonic() - began) * 1000))

    def _exchange(
        self, call: Call, way: Route, until: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        with self._open(call, way, until - time.monotonic()) as response:
            body = bytearray()
            for piece in _pieces(response, lambda: until - time.monotonic()):
                body += piece
                if len(body) > self._largest:
                    raise _too_large(call, way.host, self._largest)
            return response.status_code, response.headers, bytes(body)

    def _open(self, call: Call, way: Route, left: float) -> requests.Response:
        return self._session.request(
            call.method,
            way.url,
            data=call.body or None,
            headers={**call.headers, "Host": way.host},
            timeout=(min(CONNECT_SECONDS, left), left),
            allow_redirects=False,
            stream=True,
        )

    @contextmanager
    def stream(self, call: Call, *, left: Deadline, largest: int) -> Iterator[OpenDownload]:
        """Send ``call`` and give the answer, whatever its status, while its body is coming.

        ``left`` is asked for the seconds left again and again: a lease may be prolonged meanwhile.
        Silence is borne as long as by :meth:`send`, and memory stays with one piece. Raises what
        ``send`` raises, some of it only when the next piece is taken.
        """
        way = route(call.url, self.address_map)
        began, seconds = time.monotonic(), min(left(), LONGEST_SECONDS)
        if seconds < LEAST_SECONDS:
            message = f"{way.host} was not called: {seconds:.1f} s of the job's time were left."
            raise NotSent(message)
        forget_sending()
        try:
            response = self._open(call, way, seconds)
        except _BROKEN as error:
            raise _failure(call, way.host, error, time.monotonic() - began) from error
        with response:
            pieces = _counted(call, way.host, response, left, largest)
            yield OpenDownload(response.status_code, response.headers, pieces)


def _counted(
    call: Call, host: str, response: requests.Response, left: Deadline, largest: int
) -> Iterator[bytes]:
    """Give the pieces of a download, at most ``largest`` bytes; its faults are failures."""
    size = 0
    try:
        for piece in _pieces(response, lambda: min(left(), LONGEST_SECONDS)):
            size += len(piece)
            if size > largest:
                raise _too_large(call, host, largest)
            yield piece
    except _BROKEN as error:
        message = (
            f"{host} broke off {call.operation} after {size:,} bytes ({_words(error)}). "
            "It is tried again."
        )
        raise Transient(message) from error


def _pieces(response: requests.Response, left: Deadline) -> Iterator[bytes]:
    _shorten(response, left())
    # `read1` returns what has come; `iter_content` would wait for a full piece.
    while piece := response.raw.read1(_PIECE, decode_content=True):
        yield piece
        _shorten(response, left())


def _shorten(response: requests.Response, left: float) -> None:
    """Let the next read wait no longer than the whole call may: a drip would renew it for ever."""
    if left <= 0:
        message = "the answer did not end in time"
        raise requests.ReadTimeout(message)
    sock = getattr(getattr(response.raw, "connection", None), "sock", None)
    if sock is not None:
        sock.settimeout(left)


def _too_large(call: Call, host: str, largest: int) -> Transient | Permanent:
    message = f"The answer of {host} to {call.operation} is larger than {largest:,} bytes."
    return OutcomeUnknown(message) if call.changes else Permanent(message)


def _failure(call: Call, host: str, error: Exception, seconds: float) -> Transient:
    if not sending_begun():
        return NotSent(
            f"{host} could not be reached for {call.operation} ({_words(error)} after "
            f"{seconds:.1f} s). Nothing was sent; it is tried again."
        )
    if call.changes:
        return OutcomeUnknown(
            f"{host} did not answer {call.operation} ({_words(error)} after {seconds:.1f} s). "
            "Whether it was done is read back before going on."
        )
    return Transient(
        f"{host} did not answer {call.operation} ({_words(error)} after {seconds:.1f} s). "
        "It is tried again."
    )


def _words(error: Exception) -> str:
    """Name an error without its text, which may quote the URL."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return type(cause).__name__


def raise_for_status(answer: Answer, call: Call, host: str) -> None:
    """Raise for the statuses that mean the same at every vendor: 429 and 5xx.

    503 *with* ``Retry-After`` says that nothing was done; any other 5xx after a change leaves the
    outcome unknown.
    """
    pause = retry_after(answer.headers)
    if answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and pause is not None):
        message = f"{host} asks us to slow down at {call.operation} (HTTP {answer.status})."
        raise Throttled(message, retry_after=pause)
    if answer.status < _SERVER:
        return
    message = f"{host} failed at {call.operation} (HTTP {answer.status})."
    if call.changes:
        message += " Whether it was done is read back before going on."
        raise OutcomeUnknown(message)
    message += " It is tried again."
    raise Transient(message, retry_after=pause)


def retry_after(headers: Mapping[str, str]) -> dt.timedelta | None:
    """Read ``Retry-After``: seconds, with decimals at some vendors, or an HTTP date; ≤ 1 h."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
        seconds = (aware - dt.datetime.now(dt.UTC)).total_seconds()
    if not math.isfinite(seconds):
        return None
    return dt.timedelta(seconds=min(max(seconds, 0.0), _LONGEST_PAUSE))
