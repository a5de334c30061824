"""The id that ties a browser's request, its jobs, its calls abroad and its log lines together."""

import re
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


def current_request_id() -> str:
    """Return the id of the request or job being served; empty outside of one."""
    return _request_id.get()


def accept_or_make(offered: str) -> str:
    """Return an id offered by a proxy when it is harmless to log, else a new one."""
    return offered if _ACCEPTABLE.match(offered) else uuid.uuid4().hex


@contextmanager
def request_scope(request_id: str) -> "Iterator[None]":
    """Make ``request_id`` the current one for the duration of a block."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)
