"""Ctrl-C, SIGTERM and a closed terminal: once means "stop in order", twice means "now".

The first signal raises `StoppedByPersonError` in the main thread, except inside `postponed()`,
where it waits until the block is over: a process that was started but not yet written down would be
an orphan.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from typing import TYPE_CHECKING

from config.door.errors import StoppedByPersonError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

# `timeout`, shells and terminals deliver one wish several times: to the process and to its group.
ONE_WISH_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Set by the first signal: whoever waits for something gives up.
asked = threading.Event()
# Set by the second: whoever waits for a process to end in order kills it.
hurry = threading.Event()

_first_at = 0.0
_depth = 0
_raised = False


def install() -> None:
    """Take over the signals; only the command line does this, never a test or a library."""
    for number in SIGNALS:
        signal.signal(number, _on_signal)


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    global _first_at  # noqa: PLW0603 - as below
    if _first_at:
        if time.monotonic() - _first_at > ONE_WISH_SECONDS:
            hurry.set()
        return
    _first_at = time.monotonic()
    if asked.is_set():
        # Stopping has begun by itself; the person need not wait for it twice.
        return
    asked.set()
    if _depth == 0:
        _raise()


def _raise() -> None:
    global _raised  # noqa: PLW0603 - the one place that remembers it; signals are the process' own
    _raised = True
    raise StoppedByPersonError


def stop_raising() -> None:
    """Say that stopping has begun, for whatever reason.

    From now on a signal only makes it quicker.
    """
    asked.set()


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Run a block that no signal may cut in two.

    In other threads it does nothing: signals do not reach them.
    """
    global _depth  # noqa: PLW0603 - see above
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = asked.is_set()
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0 and asked.is_set() and not before and not _raised:
            _raise()
