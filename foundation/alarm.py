"""Do something about a key in a moment, in a thread of this process: once, however often asked."""

import heapq
import os
import threading
import time
from collections.abc import Callable

GRAIN_SECONDS = 0.02
"""Moments this near are one, so that ten thousand wishes for the same second are a few."""


class Alarm:
    """Calls ``ring`` with each key at the moments asked for; late by a grain at most.

    What was asked for is lost with the process: only for what something else repeats anyway.
    Works across forks: a child begins with nothing set.
    """

    def __init__(self, name: str, ring: Callable[[str], None]) -> None:
        """``ring`` runs in the thread and returns at once."""
        self._name, self._ring = name, ring
        self._pid = 0
        self._due: list[tuple[int, str]] = []
        self._set: set[tuple[int, str]] = set()
        self._changed = threading.Condition()

    def set(self, key: str, seconds: float) -> None:
        """Have ``key`` rung in so many seconds. Returns at once."""
        if self._pid != os.getpid():
            self._start()
        entry = (int((time.monotonic() + seconds) / GRAIN_SECONDS) + 1, key)
        with self._changed:
            if entry not in self._set:
                self._set.add(entry)
                heapq.heappush(self._due, entry)
                self._changed.notify()

    def _start(self) -> None:
        # The parent's lock may be held at the moment of the fork: the child takes a new one.
        self._pid = os.getpid()
        self._due, self._set = [], set()
        self._changed = threading.Condition()
        threading.Thread(target=self._loop, name=self._name, daemon=True).start()

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._due or (wait := self._seconds_left()) > 0:
                    self._changed.wait(wait if self._due else None)
                entry = heapq.heappop(self._due)
                self._set.discard(entry)
            self._ring(entry[1])

    def _seconds_left(self) -> float:
        return self._due[0][0] * GRAIN_SECONDS - time.monotonic()
