"""All accounts of the process with their store, settings, faults, clock and deliveries."""

import asyncio
import contextlib
import heapq
from collections import Counter
from pathlib import Path

import msgspec

from sandbox import deliveries
from sandbox.clock import Clock
from sandbox.store import Store
from sandbox.stripe import sessions
from sandbox.stripe.envelopes import Delivery, Dispatcher, prepare, wants
from sandbox.stripe.faults import Faults
from sandbox.stripe.settings import Settings
from sandbox.stripe.state import TABLES, Account, Facts, Record, Reply, Work

FILE = "stripe.sqlite3"
LOOK_SECONDS = 0.25

encode = msgspec.json.encode


class World:
    """Everything one sandbox process holds."""

    def __init__(self, folder: Path, settings: Settings, webhook_map: dict[str, str]) -> None:
        """Open the state folder and load the accounts in it; seeding is `app`'s."""
        self.settings = settings
        self.store = Store(folder / FILE, TABLES + deliveries.TABLE.format(account="account"))
        ahead = self.store.rows("SELECT ahead FROM clock")
        self.clock = Clock(ahead[0][0] if ahead else 0.0)
        self.faults = Faults(seed=1)
        self.webhook_map = webhook_map
        self.dispatcher = Dispatcher(
            self.store, settings, self.faults, webhook_map, clock=self.clock
        )
        self.dispatcher.delivered = self.settled
        self.dispatcher.exhausted = self.settled
        self.accounts: dict[str, Account] = {}
        self.calls: Counter[str] = Counter()
        self.pending: Counter[str] = Counter()
        self.running: set[tuple[str, str]] = set()
        self.ends: list[tuple[int, str, str]] = []
        self.seq = 0
        self._ticker: asyncio.Task[None] | None = None
        self.load()

    def load(self) -> None:
        """Read everything from the store."""
        for (doc,) in self.store.rows("SELECT doc FROM account ORDER BY id"):
            facts = msgspec.json.decode(doc, type=Facts)
            self.accounts[facts.id] = Account(facts)
        decoder = msgspec.json.Decoder(Record)
        for seq, account, doc in self.store.rows("SELECT seq, account, doc FROM record ORDER BY 1"):
            record = decoder.decode(doc)
            self.accounts[account].keep(record)
            self.seq = max(self.seq, seq)
            if record.kind == "checkout.session" and record.doc["status"] == "open":
                self.will_end(self.accounts[account], record)
        for event, count in self.store.rows(
            "SELECT json_extract(CAST(doc AS TEXT), '$.event'), count(*) FROM delivery"
            " WHERE status = 'pending' GROUP BY 1"
        ):
            self.pending[event] = count

    def next_seq(self) -> int:
        """The number of a new object."""
        self.seq += 1
        return self.seq

    def account_of(self, key: str) -> Account | None:
        """The account of an API key."""
        return next((each for each in self.accounts.values() if each.facts.key == key), None)

    def save_facts(self, account: Account) -> None:
        """Write an account's facts."""
        self.store.connection.execute(
            "INSERT OR REPLACE INTO account VALUES (?, ?)", (account.id, encode(account.facts))
        )

    def commit(self, work: Work) -> list[Delivery]:
        """Write a unit of work and its deliveries in one transaction, then send."""
        account = work.account
        prepared = [
            prepare(account, event, endpoint, now=self.clock.time())
            for event in work.events
            for endpoint in account.table("webhook_endpoint").values()
            if wants(endpoint, event.doc["type"])
        ]
        with self.store.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)",
                [
                    (seq, account.id, record.kind, record.id, encode(record))
                    for seq, record in work.saved.items()
                ],
            )
            connection.executemany(
                "DELETE FROM record WHERE seq = ?", [(seq,) for seq in work.removed]
            )
            connection.executemany(
                "INSERT INTO effect (account, source, operation, changed, doc)"
                " VALUES (?, ?, ?, ?, ?)",
                [self._effect_row(work, row) for row in work.effects],
            )
            if work.reply is not None:
                key, reply = work.reply
                connection.execute(
                    "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
                    (account.id, key, self.clock.time(), encode(reply)),
                )
            for delivery in prepared:
                self._spoil(delivery)
                self.dispatcher.insert(connection, delivery)
        for delivery in prepared:
            if delivery.status == "pending":
                self.pending[delivery.event] += 1
                self.dispatcher.schedule(delivery.id, delivery.due)
        return prepared

    def _effect_row(self, work: Work, row: dict[str, object]) -> tuple[object, ...]:
        head = {
            "at": work.at,
            "account": work.account.id,
            "source": work.source,
            "operation": work.operation,
            "request_id": work.request_id,
            "idempotency_key": work.key,
        }
        names = (work.account.id, work.source, work.operation)
        return (*names, int(bool(row["changed"])), encode(head | row))

    def _spoil(self, delivery: Delivery) -> None:
        names = (delivery.topic,)
        if rule := self.faults.strike(("webhook_stale",), delivery.account, names):
            delivery.age = rule.seconds
        if self.faults.strike(("webhook_forged",), delivery.account, names):
            delivery.forged = True

    def send_again(self, account: Account, event: Record, endpoint: Record) -> Delivery:
        """Deliver an event once more (from the dashboard); the same event id."""
        delivery = prepare(account, event, endpoint, now=self.clock.time())
        with self.store.transaction() as connection:
            self.dispatcher.insert(connection, delivery)
        self.pending[delivery.event] += 1
        self.dispatcher.schedule(delivery.id, delivery.due)
        return delivery

    def settled(self, delivery: Delivery) -> None:
        """A delivery succeeded or was given up."""
        self.pending[delivery.event] -= 1
        if self.pending[delivery.event] <= 0:
            del self.pending[delivery.event]

    def saved_reply(self, account: Account, key: str) -> Reply | None:
        """The answer that an idempotency key already has."""
        rows = self.store.rows(
            "SELECT at, doc FROM idempotency WHERE account = ? AND key = ?", (account.id, key)
        )
        if not rows or rows[0][0] + self.settings.idempotency_seconds < self.clock.time():
            return None
        return msgspec.json.decode(rows[0][1], type=Reply)

    # --- time ---------------------------------------------------------------------------------

    def will_end(self, account: Account, session: Record) -> None:
        """Remember when a session times out."""
        heapq.heappush(self.ends, (session.doc["expires_at"], account.id, session.id))

    def advance(self, seconds: float) -> None:
        """Move the clock ahead, with what falls due meanwhile."""
        self.clock.advance(seconds)
        with self.store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (self.clock.ahead,))
        self.tick()
        self.dispatcher.wake.set()

    def tick(self) -> None:
        """Let sessions time out whose moment has come."""
        now = self.clock.now()
        while self.ends and self.ends[0][0] <= now:
            _, number, session_id = heapq.heappop(self.ends)
            account = self.accounts[number]
            session = account.find("checkout.session", session_id)
            if session is not None and session.doc["status"] == "open":
                work = Work(self, account, source="vendor", operation="session timed out")
                sessions.expire(work, session)
                work.effect(changed=True, object_id=session.id)
                self.commit(work)

    async def start(self) -> None:
        """Send deliveries and let time pass."""
        await self.dispatcher.start()
        self._ticker = asyncio.create_task(self._tick_for_ever())

    async def _tick_for_ever(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """Stop; whatever is pending stays in the store."""
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        await self.dispatcher.stop()
        self.store.close()
