"""PostgreSQL and Redis of one stack: embedded ones, or those that the environment names.

Both start at the same time. A port that somebody took between the choice and the start is given up
for another one.
"""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from config.door import health, postgres_server, redis_server
from config.door.errors import DoorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from config.door.keys import Keys
    from config.door.places import Place
    from config.door.ports import PortBook
    from config.door.postgres_server import PostgresServer
    from config.door.redis_server import RedisServer
    from config.door.supervisor import Supervisor

PORT_TRIES = 3
POSTGRES_SECONDS = 60.0
REDIS_SECONDS = 15.0


class Servers:
    """Starts the servers of a stack and knows their addresses."""

    database_url: str
    database_owner_url: str
    redis_url: str
    _supervisor: Supervisor

    def __init__(
        self, *, place: Place, keys: Keys, book: PortBook, given: Mapping[str, str], durable: bool
    ) -> None:
        """Decide which servers are ours: those that `given` (an environment) does not name."""
        self._place = place
        self._keys = keys
        self._book = book
        self._given = given
        self._redis: RedisServer | None = None
        self._postgres: PostgresServer | None = None
        if "DATABASE_URL" not in given:
            self._postgres = postgres_server.in_place(
                place, keys, book.port(postgres_server.NAME), durable=durable
            )

    def start(self, supervisor: Supervisor) -> None:
        """Start what is ours, both at once, and wait until they answer."""
        self._supervisor = supervisor
        with ThreadPoolExecutor(max_workers=2) as pool:
            starts = [pool.submit(self._start_postgres), pool.submit(self._start_redis)]
            for start in starts:
                start.result()

    def beside_data(self, name: str) -> Path | None:
        """Give a file that vanishes with the data; None when the server is not ours."""
        return self._postgres.home / name if self._postgres else None

    def restart_postgres_immediately(self) -> None:
        """Have PostgreSQL end without a checkpoint; returns when it has recovered."""
        server, name = self._own_postgres(), postgres_server.NAME
        before = self._supervisor.restarts(name)
        os.kill(self._supervisor.pid(name), signal.SIGQUIT)
        deadline = time.monotonic() + POSTGRES_SECONDS
        while self._supervisor.restarts(name) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        while not server.is_ready() and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop_redis(self) -> None:
        """Kill Redis; it stays away."""
        self._supervisor.stop(redis_server.NAME, number=signal.SIGKILL)

    def start_redis(self) -> None:
        """Start Redis again, empty."""
        if self._redis is not None:
            self._supervisor.start(self._redis.program())
            self._wait_for_redis(self._redis)

    def _own_postgres(self) -> PostgresServer:
        if self._postgres is None:
            raise DoorError(
                what="This stack uses a PostgreSQL that is not its own.",
                now="start it without DATABASE_URL in the environment",
            )
        return self._postgres

    def _start_postgres(self) -> None:
        if self._postgres is None:
            self.database_url = self._given["DATABASE_URL"]
            self.database_owner_url = self._given.get("DATABASE_OWNER_URL", self.database_url)
            return
        created = self._postgres.create()
        for attempt in range(1, PORT_TRIES + 1):
            try:
                self._run_postgres(self._postgres)
                break
            except DoorError as error:
                self._supervisor.stop(postgres_server.NAME)
                if "could not bind" not in error.detail or attempt == PORT_TRIES:
                    raise
                port = self._book.renew(postgres_server.NAME)
                self._postgres = self._postgres.on_port(port)
        if created or not self._postgres.has_roles():
            self._postgres.apply_roles()
        self.database_url = self._postgres.app_url
        self.database_owner_url = self._postgres.owner_url

    def _run_postgres(self, server: PostgresServer) -> None:
        self._supervisor.start(server.program())
        health.wait_for(
            self._supervisor, postgres_server.NAME, server.is_ready, seconds=POSTGRES_SECONDS
        )

    def _start_redis(self) -> None:
        if "REDIS_URL" in self._given:
            self.redis_url = self._given["REDIS_URL"]
            return
        port = self._book.port(redis_server.NAME)
        for attempt in range(1, PORT_TRIES + 1):
            server = redis_server.RedisServer(
                home=self._place.run, port=port, password=self._keys.redis_password
            )
            self._supervisor.start(server.program())
            try:
                self._wait_for_redis(server)
            except DoorError:
                self._supervisor.stop(redis_server.NAME)
                if attempt == PORT_TRIES:
                    raise
                port = self._book.renew(redis_server.NAME)
            else:
                self._redis = server
                self.redis_url = server.url
                return

    def _wait_for_redis(self, server: RedisServer) -> None:
        health.wait_for(self._supervisor, redis_server.NAME, server.is_ready, seconds=REDIS_SECONDS)
