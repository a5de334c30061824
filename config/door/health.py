"""Wait until a process does what it is there for, and say what went wrong when it does not."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

from config.door import interruption
from config.door.errors import DoorError, StoppedByPersonError
from config.door.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.door.supervisor import Supervisor

PAUSE_SECONDS = 0.05
ANSWER_SECONDS = 5.0
# A process that dies this often before it was ready will not get ready by another try.
DEATHS_ALLOWED = 2
HTTP_OK = 200


def tcp_accepts(port: int) -> bool:
    """Tell whether somebody listens on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def http_answers(port: int, path: str) -> bool:
    """Tell whether `GET path` is answered with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTP_OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_for(
    supervisor: Supervisor, name: str, is_ready: Callable[[], bool], *, seconds: float
) -> None:
    """Wait until a supervised process is ready.

    Raises DoorError with the last lines of its log when it keeps dying or the time is over.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if interruption.asked.is_set():
            raise StoppedByPersonError
        died = supervisor.restarts(name) >= DEATHS_ALLOWED
        if died or time.monotonic() > deadline:
            raise DoorError(
                what=f"{name} did not come up.",
                why="it ends again and again" if died else f"not ready after {seconds:.0f} s",
                detail=supervisor.last_lines(name),
                now="the lines above name the cause; mend it and start again "
                "(./run demo --fresh starts over without the old data)",
            )
        time.sleep(PAUSE_SECONDS)
