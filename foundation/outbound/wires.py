"""The sockets under the HTTP client: pinned to the checked address, and aware of sending.

urllib3's hook for making a socket is ``_new_conn``; overriding it keeps the ``Host`` header, the
TLS server name and the certificate check on the host's name while the bytes go to the address
that was checked. Keep-alive connections stay with the address they were opened to.
"""

import socket
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .addresses import public_addresses

_POOL_SIZE: Final = 32  # threads of one process that may talk to one host at once

_sending = threading.local()


def forget_sending() -> None:
    """Start a call of this thread: nothing has been sent yet."""
    _sending.begun = False


def sending_begun() -> bool:
    """Whether this thread's call may have reached the other side.

    True from the first byte handed to a connected socket: what failed before (DNS, connect, TLS)
    certainly had no effect abroad, whatever exception it was.
    """
    return bool(getattr(_sending, "begun", False))


class _NotesSending:
    """Remembers when the first byte leaves. Mixed into both kinds of connection."""

    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]  # the connection this is mixed into
        _sending.begun = True
        super().send(data)  # type: ignore[misc]  # the connection this is mixed into


class _MappedConnection(_NotesSending, HTTPConnection):
    """To the operator's stand-in, in the clear."""


class _MappedTlsConnection(_NotesSending, HTTPSConnection):
    """To the operator's stand-in, with TLS."""


class _GuardedConnection(_NotesSending, HTTPSConnection):
    """To a public address only."""

    def _new_conn(self) -> socket.socket:
        last: OSError | None = None
        for address in public_addresses(self._dns_host, self.port):
            try:
                return socket.create_connection(
                    (address, self.port), timeout=_seconds(self.timeout)
                )
            except TimeoutError as error:
                last = error
            except OSError as error:
                last = error
        if isinstance(last, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} does not accept connections") from last
        raise NewConnectionError(self, f"{self.host}: {last}") from last


def _seconds(timeout: Any) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else None


class _MappedPool(HTTPConnectionPool):
    ConnectionCls = _MappedConnection


class _MappedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _MappedTlsConnection


class _GuardedPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedConnection


class _Adapter(HTTPAdapter):
    """No retries of urllib3's own: an unknown outcome is not ours to repeat."""

    pools: Mapping[str, type[HTTPConnectionPool]]

    def __init__(self) -> None:
        super().__init__(pool_maxsize=_POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self.pools)


class GuardedAdapter(_Adapter):
    """For everything that is not mapped."""

    pools = MappingProxyType({"https": _GuardedPool})


class MappedAdapter(_Adapter):
    """For the operator's stand-ins."""

    pools = MappingProxyType({"http": _MappedPool, "https": _MappedTlsPool})
