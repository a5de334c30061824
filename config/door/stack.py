"""A whole Backroom, up and down: the one mechanism behind demo, tests, benchmarks and fault runs.

    from config.door.stack import Options, Stack

    with Stack(Options(services=frozenset({"sandbox", "web", "worker-fast", "worker-remote",
    "beat"}))) as stack:
        requests.get(f"{stack.addresses.web}/readyz")          # real processes on free ports
        psycopg.connect(stack.environment["DATABASE_URL"])     # the application's role
        stack.run_manage("seed_demo", "--json")                # gives what it printed
        stack.kill_child_randomly("remote", random.Random(1))  # kill -9 of one pool process
        stack.kill_group("fast")                               # kill -9 of parent and pool; it is
        restarted stack.restart_postgres_immediately() stack.stop_redis(); ...; stack.start_redis()
        # gone, and back empty

Without a place it is private: servers, ports, secrets and data of its own in a temporary directory
that is removed at the end, also after a kill -9 (by the guardian). The caller's `DATABASE_URL` and
the like are not looked at. With the checkout's place it works on `var/` and uses the servers that
the environment names.

A Django process of your own (a benchmark that calls services) takes `stack.environment` into
`os.environ` before `django.setup()`.
"""

from __future__ import annotations

import os
import signal
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
    schema,
    services,
)
from config.door.servers import Servers
from config.door.supervisor import Supervisor

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from config.door.places import Place
    from config.door.services import Service

# Web before workers: nobody new comes in while work is finished. Servers last. A group ends
# together.
STOP_ORDER = (
    ("web", "live", "beat"),
    services.WORKERS,
    (*services.SANDBOXES, redis_server.NAME, postgres_server.NAME),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a stack consists of.

    services: which of `services.EVERYTHING` start with it; PostgreSQL and Redis always do.
    concurrency: pool processes per worker group, over the defaults. sandbox_arguments: further
    words for `python -m sandbox.shopify`, e.g. ("--products", "10000"); stripe_arguments: likewise
    for `python -m sandbox.stripe`. environment: variables for
    all processes, over everything else. web_port: the port of the pages and no other; web_ports:
    ports to try first. durable: data survives a power cut (fsync); a private stack does without,
    since kills alone lose nothing.
    """

    services: frozenset[str] = services.EVERYTHING
    concurrency: Mapping[str, int] = field(default_factory=dict)
    sandbox_arguments: tuple[str, ...] = ()
    stripe_arguments: tuple[str, ...] = ()
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

    # -- up and down -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start servers, prepare schema and static files, start processes, wait for all."""
        self.place.prepare()
        leftovers.end_all(self.place.run / "children.json")
        kept = keys.kept_in(self.place.keys)
        self._ports = ports.PortBook(self.place.ports)
        # A private stack has servers of its own, whatever the caller's environment names.
        given = {} if self.private else dict(os.environ)
        self._servers = Servers(
            place=self.place, keys=kept, book=self._ports, given=given, durable=self.options.durable
        )
        # After the servers' places are known: the guardian is told what to remove.
        self.supervisor = Supervisor(self.place)
        web_port = self._ports.port(
            "web", prefer=self.options.web_ports, exactly=self.options.web_port
        )
        live_port = self._ports.port("live")
        sandbox_port = self._ports.port("sandbox")
        stripe_sandbox_port = self._ports.port("stripe-sandbox")
        self._servers.start(self.supervisor)
        self.addresses = environment.Addresses(
            database=self._servers.database_url,
            database_owner=self._servers.database_owner_url,
            redis=self._servers.redis_url,
            web_port=web_port,
            live_port=live_port,
            sandbox_port=sandbox_port,
            stripe_sandbox_port=stripe_sandbox_port,
            up=self.options.services,
        )
        self.environment = environment.compose(
            addresses=self.addresses,
            keys=kept,
            place=self.place,
            private=self.private,
            extra=self.options.environment,
        )
        wanted = [
            self._service(name)
            for name in (*services.SANDBOXES, *services.APPLICATION)
            if name in self.options.services
        ]
        # The sandboxes need nothing of ours and get ready meanwhile.
        early = [service for service in wanted if service.program.name in services.SANDBOXES]
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

    # -- faults ------------------------------------------------------------------------------------

    def kill_child_randomly(self, group: str, chance: random.Random) -> int:
        """Kill -9 one process of a worker group, parent or pool, by chance.

        Gives its number, 0 when none lives.
        """
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
        """Have PostgreSQL end as in a crash; returns when it has recovered."""
        self._servers.restart_postgres_immediately()

    def stop_redis(self) -> None:
        """Take Redis away, with everything in it."""
        self._servers.stop_redis()

    def start_redis(self) -> None:
        """Bring Redis back, empty, on the same port."""
        self._servers.start_redis()

    # -- inside ------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        if not self.options.migrate:
            return
        stamp = None if self.private else self._servers.beside_data("migrated")
        with ThreadPoolExecutor(max_workers=2) as pool:
            schema_there = (
                pool.submit(
                    schema.bring_up,
                    environment=self.environment,
                    kept=places.KEPT_SCHEMA,
                )
                if self.private
                else pool.submit(preparing.migrate, environment=self.environment, stamp=stamp)
            )
            if "web" in self.options.services and self.environment["DEBUG"] not in {
                "1",
                "true",
                "True",
            }:
                preparing.collect_static(
                    environment=self.environment, stamp=self.place.var / "stamps" / "static"
                )
            schema_there.result()

    def _service(self, name: str) -> Service:
        given = self.environment
        if name in services.SANDBOXES:
            port, state, arguments = self._sandbox(name)
            return services.sandbox(
                name,
                port=port,
                web_port=self.addresses.web_port,
                state=state,
                arguments=arguments,
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

    def _sandbox(self, name: str) -> tuple[int, Path, tuple[str, ...]]:
        """Give port, state and further words of a stand-in."""
        if name == "sandbox":
            return self.addresses.sandbox_port, self.place.sandbox, self.options.sandbox_arguments
        # Its payment pages are where a browser on this machine reaches them.
        pages = ("--checkout-origin", self.addresses.stripe_sandbox)
        arguments = (*pages, *self.options.stripe_arguments)
        return self.addresses.stripe_sandbox_port, self.place.stripe_sandbox, arguments

    def _wait(self, service: Service) -> None:
        name, text = service.program.name, service.ready_text
        is_ready = service.is_ready or (lambda: self.supervisor.has_logged(name, text))
        health.wait_for(self.supervisor, name, is_ready, seconds=services.COME_UP_SECONDS)


def _signal(pid: int, number: int) -> None:
    try:
        psutil.Process(pid).send_signal(number)
    except psutil.NoSuchProcess:
        return
