"""The door's end of the pipe to the guardian (see `guardian`)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from config.door.places import Place

GUARDIAN = Path(__file__).with_name("guardian.py")


class Guard:
    """Tells the guardian what it would have to kill; starts another when that was killed."""

    def __init__(self, place: Place) -> None:
        """Start the guardian; a throwaway place is removed when the door ends, in whatever way."""
        self._place = place
        self._watched: dict[int, str] = {}
        self._lock = threading.Lock()
        self._process = self._start()

    def watch_group(self, pid: int, number: int) -> None:
        """Have a process group asked to go by this signal, then killed."""
        self._watch(pid, f"group {pid} {number:d}")

    def watch_process(self, pid: int) -> None:
        """Have one process killed, but not its group, which is the door's own."""
        self._watch(pid, f"process {pid} {signal.SIGKILL:d}")

    def forget(self, pid: int) -> None:
        """Say that a process was waited for: its number may be given to somebody else."""
        with self._lock:
            if self._watched.pop(pid, None):
                self._tell(f"forget {pid}")

    def close(self) -> None:
        """Let the guardian end, and wait until it has removed what is to be removed."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _watch(self, pid: int, line: str) -> None:
        with self._lock:
            self._watched[pid] = line
            self._tell(line)

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except OSError:
            self._process.wait()
            self._process = self._start()
            for known in self._watched.values():
                self._write(known)

    def _start(self) -> subprocess.Popen[bytes]:
        # -I -S: no site-packages, a start of 15 ms.
        with (self._place.log / "guardian.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARDIAN)],
                cwd=CHECKOUT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._process = process
        if self._place.throwaway:
            link = self._place.var / "postgres"
            for path in (link.resolve(), self._place.var):
                self._write(f"remove {os.fspath(path)}")
        return process

    def _write(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
