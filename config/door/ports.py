"""Ports on the loopback that stay the same from one start to the next."""

from __future__ import annotations

import json
import random
import socket
from typing import TYPE_CHECKING

from config.door.errors import DoorError

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which the system takes the near ends of outgoing connections (32768 and up on
# Linux): such a connection could sit on the port of a server that is just being restarted.
LOWEST, HIGHEST = 20_000, 32_000
TRIES = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now.

    With SO_REUSEADDR, as servers bind: connections of an earlier server that still wait to close do
    not count.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free() -> int:
    """Choose a port that is free now. Another process may still take it: starters try again."""
    for _ in range(TRIES):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - not a secret
        if is_free(port):
            return port
    raise DoorError(
        what="No free port was found.",
        why=f"{TRIES} ports between {LOWEST} and {HIGHEST} were tried and all are in use",
        now="see what listens on 127.0.0.1 (ss -ltn) and stop what is not needed",
    )


class PortBook:
    """The ports of one stack by name.

    They are remembered in a file, so that bookmarks and open pages survive a restart.
    """

    def __init__(self, file: Path) -> None:
        """Read what is remembered; an unreadable file counts as empty."""
        self._file = file
        self._ports: dict[str, int] = {}
        try:
            known = json.loads(file.read_text())
        except (OSError, ValueError):
            known = {}
        if isinstance(known, dict):
            self._ports = {str(name): port for name, port in known.items() if isinstance(port, int)}

    def port(self, name: str, *, prefer: tuple[int, ...] = (), exactly: int | None = None) -> int:
        """Give the port of `name`: last time's if free, else the first free of `prefer`, else any.

        With `exactly` that one; DoorError when it is in use.
        """
        if exactly is not None:
            if not is_free(exactly):
                raise DoorError(
                    what=f"Port {exactly} is in use.",
                    why="another program listens on it (ss -ltnp tells which)",
                    now="choose another one, or leave --port away",
                )
            return self.assign(name, exactly)
        last = (self._ports[name],) if name in self._ports else ()
        others = {port for other, port in self._ports.items() if other != name}
        for port in (*last, *prefer):
            if port not in others and is_free(port):
                return self.assign(name, port)
        return self.assign(name, any_free())

    def renew(self, name: str) -> int:
        """Give another port because somebody took this one between the choice and the start."""
        return self.assign(name, any_free())

    def assign(self, name: str, port: int) -> int:
        """Remember a port."""
        if self._ports.get(name) != port:
            self._ports[name] = port
            self._file.write_text(json.dumps(self._ports, indent=2) + "\n")
        return port
