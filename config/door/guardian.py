"""Kill what the door has started when the door itself is killed.

Run as a script of its own, with nothing but the standard library.
A door that gets SIGKILL cannot tidy up, so this process does it. It holds the reading end of a pipe
whose writing end only the door has; end of file means that the door is gone, however it went.
(Linux' PR_SET_PDEATHSIG was not chosen: it is cleared when a program changes its account, as
PostgreSQL under root does, it follows the thread that started the child and not the process, and it
does not reach grandchildren such as Celery's pool processes.)

The door writes one line per fact:

* `group <pid> <signal>`: this process group is ours, ask it to go by this signal
* `process <pid> <signal>`: only this process is ours (it shares the door's terminal)
* `forget <pid>`: it has ended and been waited for, so the number may belong to somebody else now
* `remove <path>`: this throwaway directory goes too

It does not restart anything, and it does nothing while the door lives.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time

PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.05


class Watch:
    """What would have to be killed and removed if the door ended now."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.signals: dict[int, int] = {}
        self.groups: set[int] = set()
        self.directories: list[str] = []

    def note(self, line: str) -> None:
        """Take in one line from the door."""
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb in {"group", "process"}:
            pid, _, number = rest.partition(" ")
            self.signals[int(pid)] = int(number)
            if verb == "group":
                self.groups.add(int(pid))
        elif verb == "forget":
            self.signals.pop(int(rest), None)
            self.groups.discard(int(rest))
        elif verb == "remove":
            self.directories.append(rest)

    def send(self, pid: int, number: int) -> bool:
        """Send a signal to a watched group or process; False when it is gone."""
        try:
            if pid in self.groups:
                os.killpg(pid, number)
            else:
                os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def end_all(self) -> None:
        """Ask everything to go, kill what does not, remove throwaway directories."""
        left = [pid for pid, number in self.signals.items() if self.send(pid, number)]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
            left = [pid for pid in left if self.send(pid, 0)]
        for pid in left:
            self.send(pid, signal.SIGKILL)
        for directory in self.directories:
            shutil.rmtree(directory, ignore_errors=True)


def main() -> None:
    """Listen until the door ends."""
    # The door decides when to end; a signal meant for a whole session must not end its last resort
    # first.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watch = Watch()
    with contextlib.suppress(OSError):
        for line in sys.stdin:
            watch.note(line)
    watch.end_all()


if __name__ == "__main__":
    main()
