"""Run a command in the foreground of the terminal, beside the servers."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

from config.door import interruption
from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.door.supervisor import Supervisor


def run(
    command: Sequence[str], *, environment: Mapping[str, str], supervisor: Supervisor | None = None
) -> int:
    """Run to the end and give the exit status, as a shell gives it (128 + signal).

    Ctrl-C reaches the command by itself, since it shares the terminal; what it makes of it is its
    own matter, and the door waits. SIGTERM to the door is handed on.
    """
    with interruption.postponed():
        process = subprocess.Popen(command, cwd=CHECKOUT, env=dict(environment))
        if supervisor is not None:
            supervisor.welcome(process.pid)
    before = {number: signal.getsignal(number) for number in interruption.SIGNALS}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: process.send_signal(got))
    try:
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if supervisor is not None:
            supervisor.farewell(process.pid)
    return status if status >= 0 else 128 - status
