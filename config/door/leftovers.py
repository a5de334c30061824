"""What an earlier door has left running, and how to end it.

The guardian ends everything when a door is killed. When the guardian was killed too, the next door
finds the list that the supervisor keeps in `run/children.json` and ends what is on it. A process is
only touched when its number, its time of birth and the machine's boot agree: numbers are used
again.
"""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SAME_INSTANT_SECONDS = 1.0
PATIENCE_SECONDS = 5.0


def is_running(pid: int) -> bool:
    """Tell whether a process exists and is more than an entry nobody has waited for."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill_group(group: int, number: int) -> bool:
    """Send a signal to a process group; False when none is left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def write_down(file: Path, children: Mapping[int, int]) -> None:
    """Keep the list: process number -> the signal by which it would be asked to go.

    Replaced in one step.
    """
    rows = []
    for pid, number in children.items():
        try:
            born = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            continue
        rows.append({"pid": pid, "born": born, "signal": number})
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({"boot": psutil.boot_time(), "children": rows}))
    draft.replace(file)


def end_all(file: Path) -> int:
    """End what an earlier door left behind; gives how many. Does nothing when it ended in order."""
    try:
        known = json.loads(file.read_text())
        boot = float(known["boot"])
        rows = [
            (int(row["pid"]), float(row["born"]), int(row["signal"])) for row in known["children"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    file.unlink(missing_ok=True)
    if abs(boot - psutil.boot_time()) > SAME_INSTANT_SECONDS:
        return 0
    ours = [(pid, number) for pid, born, number in rows if _is_same(pid, born)]
    for pid, number in ours:
        kill_group(pid, number)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(is_running(pid) for pid, _ in ours) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid, _ in ours:
        kill_group(pid, signal.SIGKILL)
    return len(ours)


def _is_same(pid: int, born: float) -> bool:
    """Tell whether the number still means the process that was written down.

    The rest of its group counts as well.
    """
    try:
        return bool(abs(psutil.Process(pid).create_time() - born) < SAME_INSTANT_SECONDS)
    except psutil.NoSuchProcess:
        # A number is not given out again while it names a living group, so members left in it are
        # ours.
        return kill_group(pid, 0)
