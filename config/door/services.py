"""The processes of Backroom: what starts each, and when it is ready.

PostgreSQL and Redis have modules of their own. The names are the ones the whole house uses: pid
files, logs, compose and the fault runs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.door.health import http_answers, tcp_accepts
from config.door.ports import LOOPBACK
from config.door.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WORKER_GROUPS = ("fast", "remote", "heavy")
WORKERS = tuple(f"worker-{group}" for group in WORKER_GROUPS)
APPLICATION = ("web", "live", *WORKERS, "beat")
SANDBOXES = {"sandbox": "sandbox.shopify", "stripe-sandbox": "sandbox.stripe"}
EVERYTHING = frozenset({*SANDBOXES, *APPLICATION})

# Pool processes per group for two cores: `fast` work is short, `remote` work waits for vendors,
# `heavy` work fills a core by itself.
CONCURRENCY: Mapping[str, int] = {"fast": 2, "remote": 2, "heavy": 1}
WEB_THREADS = 8
_OURS_ALONE = frozenset(
    {"SECRET_KEY", "BACKROOM_KEYS", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
)
COME_UP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A program, and how to see that it is ready: by asking it, or by a text in its log."""

    program: Program
    is_ready: Callable[[], bool] | None = None
    ready_text: str = ""


def sandbox(  # noqa: PLR0913 -- what a stand-in is started with
    name: str,
    *,
    port: int,
    web_port: int,
    state: Path,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
) -> Service:
    """Describe the stand-in of a vendor.

    Webhooks that it sends to the public address arrive at our web process.
    """
    return Service(
        program=Program(
            name=name,
            command=[
                *(sys.executable, "-m", SANDBOXES[name]),
                *("--host", LOOPBACK, "--port", str(port), "--state", str(state)),
                *("--webhook-map", f"{environment['PUBLIC_URL']}=http://{LOOPBACK}:{web_port}"),
                *arguments,
            ],
            # It is somebody else's system: it gets no address and no secret of ours.
            environment={
                key: value for key, value in environment.items() if key not in _OURS_ALONE
            },
            patience=4.0,
        ),
        is_ready=lambda: tcp_accepts(port),
    )


def web(*, port: int, workers: int, reload: bool, environment: Mapping[str, str]) -> Service:
    """Describe pages, API and webhooks, as WSGI: a view is four times as quick as by ASGI.

    With `reload` by Django's own server, which starts anew when code changes.
    """
    listen = f"{LOOPBACK}:{port}"
    return Service(
        program=Program(
            name="web",
            command=[sys.executable, "manage.py", "runserver", listen]
            if reload
            else [
                *(sys.executable, "-m", "granian", "--interface", "wsgi"),
                *("--host", LOOPBACK, "--port", str(port)),
                *("--workers", str(workers), "--blocking-threads", str(WEB_THREADS)),
                # A burst of webhooks waits in line instead of being refused.
                *("--backlog", "1024"),
                # A worker process that dies is replaced by granian itself, without closing the
                # port.
                "--respawn-failed-workers",
                *("--workers-kill-timeout", "5"),
                "config.wsgi:application",
            ],
            environment=_with_pool(environment),
        ),
        is_ready=lambda: http_answers(port, "/readyz"),
    )


def live(*, port: int, environment: Mapping[str, str]) -> Service:
    """Describe the end of the WebSocket, as ASGI."""
    return Service(
        program=Program(
            name="live",
            command=[
                *(sys.executable, "-m", "granian", "--interface", "asgi"),
                *("--host", LOOPBACK, "--port", str(port), "--workers", "1"),
                *("--respawn-failed-workers", "--workers-kill-timeout", "3"),
                "config.asgi:application",
            ],
            environment=environment,
        ),
        is_ready=lambda: tcp_accepts(port),
    )


def worker(*, group: str, concurrency: int, environment: Mapping[str, str]) -> Service:
    """Describe one Celery parent with its pool."""
    name = f"worker-{group}"
    return Service(
        program=Program(
            name=name,
            command=[
                *(sys.executable, "-m", "celery", "--app", "config.celery", "worker"),
                *("--queues", f"{group},tick", "--concurrency", str(concurrency)),
                *("--hostname", f"{group}@%h", "--loglevel", "INFO"),
                # Heartbeats are rows of ours; Celery's own chatter between workers costs and tells
                # nothing.
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            environment=environment,
            patience=5.0,
        ),
        ready_text=" ready.",
    )


def beat(*, environment: Mapping[str, str]) -> Service:
    """Describe the clock. It keeps no file: which slots are done is in rows."""
    return Service(
        program=Program(
            name="beat",
            command=[
                *(sys.executable, "-m", "celery", "--app", "config.celery", "beat"),
                *("--pidfile=", "--loglevel", "INFO"),
            ],
            environment=environment,
            patience=3.0,
        ),
        ready_text="beat: Starting",
    )


def _with_pool(environment: Mapping[str, str]) -> dict[str, str]:
    # Django's connection pool belongs to the web process: a thread each, and one for the health
    # page.
    return {**environment, "DATABASE_POOL": str(WEB_THREADS + 1)}
