"""Hand small repeated signals to a thread that sends each once, however often it was asked for."""

import atexit
import os
import threading
import time
from collections.abc import Callable

import structlog

logger = structlog.get_logger(__name__)


class Coalescer:
    """Collects keys and sends them, each once, every ``pause`` seconds at most.

    Asking costs the caller a set insertion: it never blocks and never fails. When sending fails,
    what was asked for is dropped and the thread keeps quiet for ``quiet`` seconds; only signals
    that something else repeats may go this way. Works across forks: a child gets its own thread.
    """

    def __init__(
        self,
        name: str,
        send: Callable[[set[str]], None],
        *,
        pause: float = 0.02,
        quiet: float = 5.0,
    ) -> None:
        """``send`` runs in the thread; it gets every key asked for since the last time."""
        self._name, self._send, self._pause, self._quiet = name, send, pause, quiet
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._pid = 0
        # A command that ends at once would take its signal with it.
        atexit.register(self.flush, 1.0)

    def ask(self, key: str) -> None:
        """Have ``key`` sent soon."""
        if self._pid != os.getpid():
            self._start()
        with self._lock:
            self._wanted.add(key)
            self._idle.clear()
        self._wake.set()

    def flush(self, seconds: float) -> None:
        """Wait until what was asked for is sent or dropped, at most ``seconds``."""
        if self._pid == os.getpid():
            self._idle.wait(seconds)

    def _start(self) -> None:
        # The parent's lock may be held at the moment of the fork: the child takes a new one.
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wanted = set()
        self._wake, self._idle = threading.Event(), threading.Event()
        threading.Thread(target=self._loop, name=self._name, daemon=True).start()

    def _loop(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                keys, self._wanted = self._wanted, set()
            try:
                self._send(keys)
            except Exception as error:  # noqa: BLE001 -- whatever Redis does, the caller goes on
                logger.warning(
                    "signal.dropped", by=self._name, error=str(error), quiet_seconds=self._quiet
                )
                with self._lock:
                    self._idle.set()
                time.sleep(self._quiet)
            with self._lock:
                if not self._wanted:
                    self._idle.set()
            time.sleep(self._pause)
