"""Webhook deliveries: signed, bounded in number, retried, kept over a restart.

A delivery carries the payload and the address of the moment it was triggered. An address is reached
through the operator's map only (`--webhook-map`); an unmapped one fails like an unreachable host,
so nothing ever leaves this machine.
"""

import asyncio
import contextlib
import heapq
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

import aiohttp
import msgspec

from sandbox.clock import MS, Clock, now_ms
from sandbox.faults import Faults, Rule
from sandbox.store import Store
from sandbox.webhook_addresses import located

OK = range(200, 300)
KEPT_ROWS = 20_000
PRUNE_EVERY = 1_000


TABLE = """
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, {account} TEXT NOT NULL, topic TEXT NOT NULL,
    status TEXT NOT NULL, due REAL NOT NULL, doc BLOB NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (due) WHERE status = 'pending';
"""


class Attempt(msgspec.Struct):
    """One try: when, how long, and the status code or what went wrong."""

    at: str
    seconds: float
    status: int | None
    problem: str | None


class Delivery(msgspec.Struct, kw_only=True):
    """A row of the delivery log. `status` is pending, delivered, failed or dropped.

    A stand-in's own deliveries add whose they are and what the envelope is made of.
    """

    id: int = 0
    topic: str
    uri: str
    secret: str
    status: str = "pending"
    due: float = 0.0
    first_failure: int = 0
    duplicate_of: int | None = None
    attempts: list[Attempt] = msgspec.field(default_factory=list)
    body: bytes = b""

    def whose(self) -> str:
        """The account that the vendor sends it for."""
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        """The envelope of one try."""
        raise NotImplementedError


class Settings(Protocol):
    """What a stand-in's settings must tell."""

    retry_steps: list[float]
    retry_clock: float
    connect_timeout: float
    total_timeout: float
    deliveries_at_once: int


DeliveryT = TypeVar("DeliveryT", bound=Delivery)


class Dispatcher(Generic[DeliveryT]):
    """Sends due deliveries, at most `deliveries_at_once` at a time.

    A stand-in's own says the `shape` of its deliveries and the column that names an account.
    """

    shape: type[DeliveryT]
    account: str

    def __init__(
        self,
        store: Store,
        settings: Settings,
        faults: Faults[Any],
        webhook_map: dict[str, str],
        clock: Clock | None = None,
    ) -> None:
        """Nothing runs before `start`."""
        self.store = store
        self.settings = settings
        self.faults = faults
        self.webhook_map = webhook_map
        self.clock = clock or Clock()
        self.delivered: Callable[[DeliveryT], None] = lambda _delivery: None
        self.exhausted: Callable[[DeliveryT], None] = lambda _delivery: None
        self.queue: list[tuple[float, int]] = []
        self.wake = asyncio.Event()
        self.running: set[asyncio.Task[None]] = set()
        self.loop_task: asyncio.Task[None] | None = None
        self.session: aiohttp.ClientSession | None = None
        self.finished = 0

    def insert(self, connection: sqlite3.Connection, delivery: DeliveryT) -> None:
        """Persist a new delivery inside the caller's transaction; webhook faults are drawn here."""
        draw = self._draw
        if draw("webhook_drop", delivery) is not None:
            delivery.status = "dropped"
        if rule := draw("webhook_delay", delivery):
            delivery.due += rule.seconds
        if rule := draw("webhook_reorder", delivery):
            delivery.due += self.faults.random.uniform(0, rule.seconds)
        self._insert(connection, delivery)
        if delivery.status == "pending" and draw("webhook_duplicate", delivery) is not None:
            twin: DeliveryT = msgspec.structs.replace(
                delivery, id=0, duplicate_of=delivery.id, attempts=[]
            )
            self._insert(connection, twin)
            self.schedule(twin.id, twin.due)

    def _draw(self, kind: str, delivery: DeliveryT) -> Rule | None:
        return self.faults.strike((kind,), delivery.whose(), (delivery.topic,))

    def _insert(self, connection: sqlite3.Connection, delivery: DeliveryT) -> None:
        cursor = connection.execute(
            f"INSERT INTO delivery ({self.account}, topic, status, due, doc, body)"  # noqa: S608 - a literal
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                delivery.whose(),
                delivery.topic,
                delivery.status,
                delivery.due,
                _doc(delivery),
                delivery.body,
            ),
        )
        delivery.id = cursor.lastrowid or 0

    def schedule(self, number: int, due: float) -> None:
        """Send a persisted delivery when it is due (seconds since 1970)."""
        heapq.heappush(self.queue, (due, number))
        self.wake.set()

    async def start(self) -> None:
        """Go on with what an earlier process left, and keep sending."""
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            skip_auto_headers=("Accept", "Accept-Encoding"),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        pending = self.store.rows("SELECT due, id FROM delivery WHERE status = 'pending'")
        self.queue = [(row[0], row[1]) for row in pending]
        heapq.heapify(self.queue)
        self.loop_task = asyncio.create_task(self._loop())

    async def stop(self) -> None:
        """Stop; whatever is pending stays in the store."""
        for task in [self.loop_task, *self.running]:
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self.session is not None:
            await self.session.close()

    async def _loop(self) -> None:
        while True:
            self.wake.clear()
            now = self.clock.time()
            while (
                self.queue
                and self.queue[0][0] <= now
                and len(self.running) < self.settings.deliveries_at_once
            ):
                _, number = heapq.heappop(self.queue)
                task = asyncio.create_task(self._send(number))
                self.running.add(task)
                task.add_done_callback(self._done)
            busy = len(self.running) >= self.settings.deliveries_at_once
            pause = (
                None if busy or not self.queue else max(0.0, self.queue[0][0] - self.clock.time())
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), pause)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self.wake.set()
        if not task.cancelled() and task.exception() is not None:
            task.get_loop().call_exception_handler(
                {"message": "a webhook delivery broke", "exception": task.exception()}
            )

    def read(self, number: int) -> DeliveryT | None:
        """A delivery with its body."""
        rows = self.store.rows("SELECT doc, body FROM delivery WHERE id = ?", (number,))
        if not rows:
            return None
        delivery = msgspec.json.decode(rows[0][0], type=self.shape)
        delivery.id, delivery.body = number, rows[0][1]
        return delivery

    async def _send(self, number: int) -> None:
        delivery = self.read(number)
        if delivery is None or delivery.status != "pending":
            return
        started, begun_at = time.perf_counter(), _zulu_ms()
        status, problem = await self._post(delivery)
        seconds = round(time.perf_counter() - started, 4)
        delivery.attempts.append(Attempt(begun_at, seconds, status, problem))
        self._record(delivery, succeeded=status is not None and status in OK)

    async def _post(self, delivery: DeliveryT) -> tuple[int | None, str | None]:
        url = located(delivery.uri, self.webhook_map)
        if url is None or self.session is None:
            return None, "no route to this address: it is not in --webhook-map"
        timeout = aiohttp.ClientTimeout(
            total=self.settings.total_timeout, sock_connect=self.settings.connect_timeout
        )
        try:
            async with self.session.post(
                url,
                data=delivery.body,
                headers=delivery.headers(),
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                await answer.read()
                return answer.status, None
        except TimeoutError:
            return None, "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"

    def _record(self, delivery: DeliveryT, *, succeeded: bool) -> None:
        failures = len(delivery.attempts)
        steps = self.settings.retry_steps
        if succeeded:
            delivery.status = "delivered"
        elif failures > len(steps):
            delivery.status = "failed"
        else:
            pause = steps[failures - 1] / self.settings.retry_clock
            delivery.due = self.clock.time() + pause
        if not succeeded and not delivery.first_failure:
            delivery.first_failure = now_ms()
        self.store.connection.execute(
            "UPDATE delivery SET status = ?, due = ?, doc = ? WHERE id = ?",
            (delivery.status, delivery.due, _doc(delivery), delivery.id),
        )
        if delivery.status == "pending":
            self.schedule(delivery.id, delivery.due)
            return
        if succeeded:
            self.delivered(delivery)
        else:
            self.exhausted(delivery)
        self.finished += 1
        if self.finished % PRUNE_EVERY == 0:
            self._prune()

    def _prune(self) -> None:
        self.store.connection.execute(
            "DELETE FROM delivery WHERE status IN ('delivered', 'dropped') AND id <="
            " (SELECT max(id) FROM delivery) - ?",
            (KEPT_ROWS,),
        )


def _zulu_ms() -> str:
    moment = datetime.fromtimestamp(now_ms() / MS, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _doc(delivery: Delivery) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(delivery, body=b""))
