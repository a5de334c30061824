"""Clear the way for PostgreSQL after an unclean end.

PostgreSQL refuses to start over a lock file whose process number is in use, by whomever: after a
kill -9 in a container, or a restart of the machine, that is often somebody else. And it refuses
while a session of its predecessor still uses the shared memory.

Only called while this checkout is held, so a postmaster on this data is a leftover and not a
neighbour.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from config.door import leftovers

if TYPE_CHECKING:
    from config.door.accounts import Account

END_SECONDS = 5.0
PAUSE_SECONDS = 0.05


def clear_way(data: Path, account: Account) -> None:
    """End a leftover postmaster, wait for its sessions, remove its lock file."""
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        lock.unlink(missing_ok=True)
        return
    if _is_our_postmaster(pid, data):
        _end(pid)
    _wait_for_sessions(data, account)
    lock.unlink(missing_ok=True)


def _is_our_postmaster(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and str(data) in process.cmdline()
    except psutil.Error:
        return False


def _end(pid: int) -> None:
    """Ask for a fast end, then an immediate one, then kill."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            if not leftovers.is_running(pid):
                return
            time.sleep(PAUSE_SECONDS)


def _wait_for_sessions(data: Path, account: Account) -> None:
    """Wait for sessions that outlive a killed postmaster; they notice within a second or two."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        processes = psutil.process_iter(["name", "uids"])
        if not any(_is_session(process, data, account) for process in processes):
            return
        time.sleep(PAUSE_SECONDS)


def _is_session(process: psutil.Process, data: Path, account: Account) -> bool:
    try:
        if process.info["name"] != "postgres" or process.info["uids"].real != account.uid:
            return False
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == data.resolve()
    except psutil.Error:
        return False
