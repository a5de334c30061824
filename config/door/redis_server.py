"""The embedded Redis: a bell and nothing else.

It keeps nothing on disk, because what matters is in PostgreSQL: an empty Redis loses no work, only
a few seconds. It never evicts, because a bell that silently vanishes is worse than an error. It
asks for a password, because every user of the machine can reach the loopback.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis

from config.door import wheels
from config.door.ports import LOOPBACK
from config.door.program import Program

if TYPE_CHECKING:
    from pathlib import Path

NAME = "redis"


@dataclass(frozen=True, slots=True)
class RedisServer:
    """One server: its working directory, its port and its password."""

    home: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Give `REDIS_URL`."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def program(self) -> Program:
        """Say how to run the server.

        The settings go through standard input: arguments are visible to everybody.
        """
        settings = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.home}",
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            # Connections of processes that were killed are noticed within a minute.
            "tcp-keepalive 30",
            "daemonize no",
            "databases 16",
        )
        return Program(
            name=NAME,
            command=[str(wheels.redis_server()), "-"],
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            stdin="\n".join(settings).encode() + b"\n",
            stop_signal=signal.SIGTERM,
            patience=3.0,
        )

    def is_ready(self) -> bool:
        """Tell whether the server answers to our password (and not just somebody on our port)."""
        try:
            with redis.Redis.from_url(
                self.url, socket_timeout=1, socket_connect_timeout=1
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
