"""Start processes, restart those that die, stop them in order.

Every process gets a session of its own, so that Ctrl-C in the terminal reaches the door only and
the door decides the order; a log in `log/<name>.log` that is kept within a bound; and its number in
`run/<name>.pid`. When the main process of a group dies, what is left of its group is killed before
the restart (a Celery parent that is killed leaves its pool behind), as systemd does it.

What is *not* done here: deciding what a healthy process is (`health`), and in which order things
start (`stack`).
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from config.door import interruption, leftovers
from config.door.errors import DoorError
from config.door.guard import Guard

if TYPE_CHECKING:
    from config.door.places import Place
    from config.door.program import Program

LOOK_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# A process that lived this long has come up well: the next death starts the back-off anew.
SETTLED_SECONDS = 10.0
# How long a program that has a harder end of its own (PostgreSQL's immediate one) gets for it.
HARD_SECONDS = 2.0
LOG_LOOK_SECONDS = 5.0
LOG_BOUND_BYTES = 20_000_000
LOG_KEPT_BYTES = 2_000_000


@dataclass(slots=True)
class Child:
    """A process under supervision, with the little history that the back-off needs."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    log_start: int
    wanted: bool = True
    restarts: int = 0
    deaths_in_a_row: int = 0
    restart_at: float | None = None


class Supervisor:
    """Looks after the processes of one stack; safe to call from any thread."""

    def __init__(self, place: Place) -> None:
        """Start the guardian and the watching thread."""
        self._place = place
        self._children: dict[str, Child] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._guard = Guard(place)
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    # -- starting and stopping ---------------------------------------------------------------------

    def start(self, program: Program) -> None:
        """Start a program and keep it running until it is stopped."""
        with interruption.postponed(), self._lock:
            known = self._children.get(program.name)
            if known is not None and known.wanted:
                raise DoorError(
                    what=f"{program.name} is already running.",
                    why="two starts of one name in one stack",
                    now="stop the first one before",
                )
            self._children[program.name] = self._spawn(program)
            self._write_down()

    def stop(self, name: str, *, number: int | None = None) -> None:
        """Ask a process to end and wait for it.

        Kill its group when its patience, or the person's, is over.
        """
        with self._lock:
            child = self._children.get(name)
            if child is None:
                return
            child.wanted = False
            # Between death and restart there is nothing to signal, and the number may be somebody
            # else's by now.
            gone = child.restart_at is not None
        process = child.process
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number or child.program.stop_signal)
            deadline = time.monotonic() + child.program.patience
            while (
                process.poll() is None
                and time.monotonic() < deadline
                and not interruption.hurry.is_set()
            ):
                time.sleep(0.02)
        if not gone:
            self._end_now(child)
        with self._lock:
            if not gone:
                self._forget(child)
            self._children.pop(name, None)
            self._write_down()

    def _end_now(self, child: Child) -> None:
        """End what is left of a group the hard way, as the program wants even that to be done."""
        process, last = child.process, child.program.orphan_signal
        if process.poll() is None and last != signal.SIGKILL:
            leftovers.kill_group(process.pid, last)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=HARD_SECONDS)
        leftovers.kill_group(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Stop everything that is left, then the watching thread and the guardian."""
        self._closing.set()
        self._watcher.join()
        for name in reversed(list(self._children)):
            self.stop(name)
        self._guard.close()
        (self._place.run / "children.json").unlink(missing_ok=True)

    # -- looking -----------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Give the names of what should be running, in the order of their start."""
        with self._lock:
            return [name for name, child in self._children.items() if child.wanted]

    def pid(self, name: str) -> int:
        """Give the number of the main process, of the last one between death and restart."""
        with self._lock:
            return self._children[name].process.pid

    def pids(self, name: str) -> list[int]:
        """Give the numbers of the main process and all its descendants."""
        try:
            parent = psutil.Process(self.pid(name))
            return [parent.pid, *(child.pid for child in parent.children(recursive=True))]
        except psutil.NoSuchProcess:
            return []

    def restarts(self, name: str) -> int:
        """Give how often a process has been restarted."""
        with self._lock:
            return self._children[name].restarts

    def last_lines(self, name: str, count: int = 20) -> str:
        """Give the end of a process' log, from its first start in this stack on."""
        file = self._place.log / f"{name}.log"
        with self._lock:
            child = self._children.get(name)
        try:
            with file.open("rb") as log:
                log.seek(max(child.log_start if child else 0, file.stat().st_size - 64_000))
                lines = log.read().decode(errors="replace").splitlines()
        except OSError:
            return "(no log)"
        return (
            "\n".join(f"  {name} | {line}" for line in lines[-count:])
            or f"  {name} | (it wrote nothing)"
        )

    def has_logged(self, name: str, text: str) -> bool:
        """Tell whether a process has written a text since its first start in this stack."""
        with self._lock:
            log_start = self._children[name].log_start
        with (self._place.log / f"{name}.log").open("rb") as log:
            log.seek(log_start)
            return text.encode() in log.read()

    # -- guests: processes that commands run themselves, in the terminal's group -------------------

    def welcome(self, pid: int) -> None:
        """Have the guardian kill a process of the foreground, should the door be killed."""
        with self._lock:
            self._guard.watch_process(pid)

    def farewell(self, pid: int) -> None:
        """Forget such a process; it has ended."""
        with self._lock:
            self._guard.forget(pid)

    # -- inside ------------------------------------------------------------------------------------

    def _spawn(self, program: Program) -> Child:
        if program.before_start is not None:
            program.before_start()
        file = self._place.log / f"{program.name}.log"
        # Appending makes cutting the file while the process writes safe.
        with file.open("ab") as log:
            log_start = log.tell()
            try:
                process = subprocess.Popen(
                    program.command,
                    cwd=program.cwd,
                    env=dict(program.environment),
                    stdin=subprocess.PIPE if program.stdin else subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **program.switch,
                )
            except OSError as error:
                raise DoorError(
                    what=f"{program.name} could not be started.",
                    why=str(error),
                    now=f"see whether {program.command[0]} exists and may be executed",
                ) from error
        if program.stdin and process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(program.stdin)
                process.stdin.close()
        self._guard.watch_group(process.pid, program.orphan_signal)
        (self._place.run / f"{program.name}.pid").write_text(f"{process.pid}\n")
        return Child(
            program=program, process=process, started=time.monotonic(), log_start=log_start
        )

    def _forget(self, child: Child) -> None:
        """Tell everybody that a number is no longer ours.

        Only after `wait`: until then it cannot be reused.
        """
        self._guard.forget(child.process.pid)
        (self._place.run / f"{child.program.name}.pid").unlink(missing_ok=True)

    def _write_down(self) -> None:
        alive = {
            child.process.pid: child.program.orphan_signal
            for child in self._children.values()
            if child.process.returncode is None
        }
        leftovers.write_down(self._place.run / "children.json", alive)

    def _watch(self) -> None:
        next_log_look = time.monotonic() + LOG_LOOK_SECONDS
        while not self._closing.wait(LOOK_SECONDS):
            with self._lock:
                for child in list(self._children.values()):
                    self._look_at(child)
            if time.monotonic() >= next_log_look:
                self._bound_logs()
                next_log_look = time.monotonic() + LOG_LOOK_SECONDS

    def _look_at(self, child: Child) -> None:
        if not child.wanted or self._closing.is_set():
            return
        now = time.monotonic()
        if child.restart_at is None:
            if child.process.poll() is None:
                return
            leftovers.kill_group(child.process.pid, signal.SIGKILL)
            self._forget(child)
            settled = now - child.started > SETTLED_SECONDS
            child.deaths_in_a_row = 1 if settled else child.deaths_in_a_row + 1
            pause = min(
                FIRST_PAUSE_SECONDS * 2 ** (child.deaths_in_a_row - 1), LONGEST_PAUSE_SECONDS
            )
            child.restart_at = now + pause
        elif now >= child.restart_at:
            self._restart(child)

    def _restart(self, child: Child) -> None:
        try:
            fresh = self._spawn(child.program)
        except DoorError:
            child.restart_at = time.monotonic() + LONGEST_PAUSE_SECONDS
            return
        child.process = fresh.process
        child.started = fresh.started
        child.restart_at = None
        child.restarts += 1
        self._write_down()

    def _bound_logs(self) -> None:
        for file in self._place.log.glob("*.log"):
            with contextlib.suppress(OSError):
                size = file.stat().st_size
                if size <= LOG_BOUND_BYTES:
                    continue
                with file.open("r+b") as log:
                    log.seek(size - LOG_KEPT_BYTES)
                    file.with_suffix(".log.1").write_bytes(log.read(LOG_KEPT_BYTES))
                    log.truncate(0)
                for child in self._children.values():
                    child.log_start = 0
