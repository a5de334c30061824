"""A whole Backroom, up and down: the one mechanism behind demo, tests, benchmarks and fault runs.

    from config.door.stack import Options, Stack

    with Stack(Options(services=frozenset({"sandbox", "web", "worker-fast", "worker-remote", "beat"}))) as stack:
        requests.get(f"{stack.addresses.web}/readyz")          # real processes on free ports
        psycopg.connect(stack.environment["DATABASE_URL"])     # the application's role
        stack.run_manage("seed_demo", "--json")                # gives what it printed
        stack.kill_child_randomly("remote", random.Random(1))  # kill -9 of one pool process
        stack.kill_group("fast")                               # kill -9 of parent and pool; it is restarted
        stack.restart_postgres_immediately()
        stack.stop_redis(); ...; stack.start_redis()           # gone, and back empty

Without a place it is private: servers, ports, secrets and data of its own in a temporary directory that is removed
at the end, also after a kill -9 (by the guardian). The caller's `DATABASE_URL` and the like are not looked at. With
the checkout's place it works on `var/` and uses the servers that the environment names.

A Django process of your own (a benchmark that calls services) takes `stack.environment` into `os.environ` before
`django.setup()`.
"""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import psutil

from config.door import (
    environment,
    health,
    keys,
    leftovers,
    places,
    ports,
    postgres_server,
    preparing,
    redis_server,
    services,
)
from config.door.errors import DoorError
from config.door.supervisor import Supervisor

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from types import TracebackType

    from config.door.places import Place
    from config.door.postgres_server import PostgresServer
    from config.door.redis_server import RedisServer
    from config.door.services import Service

PORT_TRIES = 3
POSTGRES_SECONDS = 60.0
REDIS_SECONDS = 15.0
# Web before workers: nobody new comes in while work is finished. Servers last. A group ends together.
STOP_ORDER = (
    ("web", "live", "beat"),
    services.WORKERS,
    ("sandbox", redis_server.NAME, postgres_server.NAME),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a stack consists of.

    services: which of `services.EVERYTHING` start with it; PostgreSQL and Redis always do.
    concurrency: pool processes per worker group, over the defaults.
    sandbox_arguments: further words for `python -m sandbox.shopify`, e.g. ("--products", "10000").
    environment: variables for all processes, over everything else.
    web_port: the port of the pages and no other; web_ports: ports to try first.
    durable: data survives a power cut (fsync); a private stack does without, since kills alone lose nothing.
    """

    services: frozenset[str] = services.EVERYTHING
    concurrency: Mapping[str, int] = field(default_factory=dict)
    sandbox_arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    durable: bool = False
    migrate: bool = True
    web_workers: int = 1
    web_port: int | None = None
    web_ports: tuple[int, ...] = ()
    reload: bool = False


class Stack:
    """See the module. A context manager; `start` and `stop` may also be called by hand."""

    supervisor: Supervisor
    addresses: environment.Addresses
    environment: dict[str, str]

    def __init__(self, options: Options | None = None, *, place: Place | None = None) -> None:
        """Only remember what is wanted; nothing is touched before `start`."""
        self.options = options or Options()
        self.place = place or places.throwaway("stack")
        self.private = place is None or place.throwaway
        self._postgres: PostgresServer | None = None
        self._redis: RedisServer | None = None

    def __enter__(self) -> Self:
        """Bring everything up; what came up is taken down again when something does not."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take everything down."""
        self.stop()

    # -- up and down -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start servers, prepare schema and static files, start the processes and wait until they are ready."""
        self.place.prepare()
        leftovers.end_all(self.place.run / "children.json")
        self._keys = keys.kept_in(self.place.keys)
        self._ports = ports.PortBook(self.place.ports)
        given = {} if self.private else os.environ
        if "DATABASE_URL" not in given:
            self._postgres = postgres_server.in_place(
                self.place, self._keys, self._ports.port("postgres"), durable=self.options.durable
            )
        self.supervisor = Supervisor(self.place)
        web_port = self._web_port()
        live_port = self._ports.port("live")
        sandbox_port = self._ports.port("sandbox")
        with ThreadPoolExecutor(max_workers=2) as pool:
            postgres = pool.submit(self._start_postgres)
            redis = pool.submit(self._start_redis, given)
            redis_url = redis.result()
            postgres.result()
        database = self._postgres.app_url if self._postgres else given["DATABASE_URL"]
        owner = (
            self._postgres.owner_url
            if self._postgres
            else given.get("DATABASE_OWNER_URL", database)
        )
        self.addresses = environment.Addresses(
            database=database,
            database_owner=owner,
            redis=redis_url,
            web_port=web_port,
            live_port=live_port,
            sandbox_port=sandbox_port,
        )
        self.environment = environment.compose(
            addresses=self.addresses,
            keys=self._keys,
            place=self.place,
            private=self.private,
            extra=self.options.environment,
        )
        wanted = [
            self._service(name)
            for name in ("sandbox", *services.APPLICATION)
            if name in self.options.services
        ]
        # The sandbox needs nothing of ours and draws its pictures meanwhile.
        early = [service for service in wanted if service.program.name == "sandbox"]
        for service in early:
            self.supervisor.start(service.program)
        self._prepare()
        for service in wanted:
            if service not in early:
                self.supervisor.start(service.program)
        for service in wanted:
            self._wait(service)

    def stop(self) -> None:
        """Stop everything in order and remove a private place."""
        if hasattr(self, "supervisor"):
            with ThreadPoolExecutor(max_workers=4) as pool:
                for group in STOP_ORDER:
                    list(pool.map(self.supervisor.stop, group))
            self.supervisor.close()
        self.place.remove()

    def start_service(self, name: str) -> None:
        """Start one process (again) and wait until it is ready."""
        service = self._service(name)
        self.supervisor.start(service.program)
        self._wait(service)

    def stop_service(self, name: str) -> None:
        """Stop one process in order; it stays down."""
        self.supervisor.stop(name)

    def run_manage(self, *arguments: str, owner: bool = False) -> str:
        """Run `manage.py` against this stack and give what it printed; DoorError when it fails."""
        database = {"DATABASE_URL": self.environment["DATABASE_OWNER_URL"]} if owner else {}
        return preparing.run_manage(*arguments, environment={**self.environment, **database})

    # -- faults ----------------------------------------------------------------------------------------------

    def kill_child_randomly(self, group: str, chance: random.Random) -> int:
        """Kill -9 one process of a worker group, parent or pool, by chance; gives its number, 0 when none lives."""
        living = [
            pid for pid in self.supervisor.pids(f"worker-{group}") if leftovers.is_running(pid)
        ]
        if not living:
            return 0
        chosen = chance.choice(sorted(living))
        try:
            os.kill(chosen, signal.SIGKILL)
        except ProcessLookupError:
            return 0
        return chosen

    def kill_group(self, group: str) -> None:
        """Kill -9 a whole worker group at once; the supervisor restarts it."""
        self.kill(f"worker-{group}")

    def kill(self, name: str) -> None:
        """Kill -9 a process with all its descendants; the supervisor restarts it."""
        leftovers.kill_group(self.supervisor.pid(name), signal.SIGKILL)

    def pause(self, name: str) -> list[int]:
        """Freeze a process and its descendants (SIGSTOP); gives their numbers for `resume`."""
        stopped = self.supervisor.pids(name)
        for pid in stopped:
            _signal(pid, signal.SIGSTOP)
        return stopped

    def resume(self, pids: list[int]) -> None:
        """Let frozen processes go on (SIGCONT)."""
        for pid in pids:
            _signal(pid, signal.SIGCONT)

    def restart_postgres_immediately(self) -> None:
        """Have PostgreSQL end without a checkpoint, as in a crash; returns when it has recovered."""
        if self._postgres is None:
            raise DoorError(
                "This stack uses a PostgreSQL that is not its own.",
                now="start it without DATABASE_URL in the environment",
            )
        before = self.supervisor.restarts(postgres_server.NAME)
        _signal(self.supervisor.pid(postgres_server.NAME), signal.SIGQUIT)
        deadline = time.monotonic() + POSTGRES_SECONDS
        while (
            self.supervisor.restarts(postgres_server.NAME) == before and time.monotonic() < deadline
        ):
            time.sleep(0.02)
        while not self._postgres.is_ready() and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop_redis(self) -> None:
        """Take Redis away, with everything in it."""
        self.supervisor.stop(redis_server.NAME, number=signal.SIGKILL)

    def start_redis(self) -> None:
        """Bring Redis back, empty, on the same port."""
        if self._redis is not None:
            self.supervisor.start(self._redis.program())
            health.wait_for(
                self.supervisor, redis_server.NAME, self._redis.is_ready, seconds=REDIS_SECONDS
            )

    # -- inside ------------------------------------------------------------------------------------------------

    def _web_port(self) -> int:
        wanted = self.options.web_port
        if wanted is None:
            return self._ports.port("web", prefer=self.options.web_ports)
        if not ports.is_free(wanted):
            raise DoorError(
                f"Port {wanted} is in use.",
                why="another program listens on it (ss -ltnp tells which)",
                now="choose another one with --port, or leave --port away",
            )
        return self._ports.assign("web", wanted)

    def _start_postgres(self) -> None:
        server = self._postgres
        if server is None:
            return
        created = server.create()
        for attempt in range(1, PORT_TRIES + 1):
            self.supervisor.start(server.program())
            try:
                health.wait_for(
                    self.supervisor, postgres_server.NAME, server.is_ready, seconds=POSTGRES_SECONDS
                )
                break
            except DoorError as error:
                self.supervisor.stop(postgres_server.NAME)
                if "could not bind" not in error.detail or attempt == PORT_TRIES:
                    raise
                server = server.on_port(self._ports.renew("postgres"))
                self._postgres = server
        if created or not server.has_roles():
            server.apply_roles()

    def _start_redis(self, given: Mapping[str, str]) -> str:
        if "REDIS_URL" in given:
            return given["REDIS_URL"]
        port = self._ports.port("redis")
        for attempt in range(1, PORT_TRIES + 1):
            server = redis_server.RedisServer(
                home=self.place.run, port=port, password=self._keys.redis_password
            )
            self.supervisor.start(server.program())
            try:
                health.wait_for(
                    self.supervisor, redis_server.NAME, server.is_ready, seconds=REDIS_SECONDS
                )
            except DoorError:
                self.supervisor.stop(redis_server.NAME)
                if attempt == PORT_TRIES:
                    raise
                port = self._ports.renew("redis")
            else:
                self._redis = server
                return server.url
        raise AssertionError

    def _prepare(self) -> None:
        if not self.options.migrate:
            return
        stamp = self._postgres.home / "migrated" if self._postgres and not self.private else None
        with ThreadPoolExecutor(max_workers=2) as pool:
            schema = pool.submit(preparing.migrate, environment=self.environment, stamp=stamp)
            if "web" in self.options.services and self.environment["DEBUG"] not in {
                "1",
                "true",
                "True",
            }:
                preparing.collect_static(
                    environment=self.environment, stamp=self.place.var / "stamps" / "static"
                )
            schema.result()

    def _service(self, name: str) -> Service:
        given = self.environment
        if name == "sandbox":
            return services.sandbox(
                port=self.addresses.sandbox_port,
                web_port=self.addresses.web_port,
                state=self.place.sandbox,
                arguments=self.options.sandbox_arguments,
                environment=given,
            )
        if name == "web":
            return services.web(
                port=self.addresses.web_port,
                workers=self.options.web_workers,
                reload=self.options.reload,
                environment=given,
            )
        if name == "live":
            return services.live(port=self.addresses.live_port, environment=given)
        if name == "beat":
            return services.beat(environment=given)
        group = name.removeprefix("worker-")
        concurrency = {**services.CONCURRENCY, **self.options.concurrency}
        return services.worker(group=group, concurrency=concurrency[group], environment=given)

    def _wait(self, service: Service) -> None:
        name, text = service.program.name, service.ready_text
        is_ready = service.is_ready or (lambda: self.supervisor.has_logged(name, text))
        health.wait_for(self.supervisor, name, is_ready, seconds=services.COME_UP_SECONDS)


def _signal(pid: int, number: int) -> None:
    try:
        psutil.Process(pid).send_signal(number)
    except psutil.NoSuchProcess:
        return
