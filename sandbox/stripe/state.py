"""Accounts in memory, and the unit of work that changes one and writes it through."""

import copy
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.stripe import ids

if TYPE_CHECKING:
    from sandbox.stripe.world import World

Doc: TypeAlias = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS account (id TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    doc BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS effect (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, source TEXT NOT NULL,
    operation TEXT NOT NULL, changed INTEGER NOT NULL, doc BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, doc BLOB NOT NULL,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), ahead REAL NOT NULL);
"""


class Facts(msgspec.Struct, kw_only=True):
    """What an account is."""

    id: str
    name: str
    email: str
    key: str
    country: str = "CA"
    currency: str = "cad"
    api_version: str
    created: int


class Record(msgspec.Struct, kw_only=True):
    """An object: `doc` as the vendor shows it, `inside` what it does not show."""

    seq: int
    kind: str
    doc: Doc
    inside: Doc = msgspec.field(default_factory=dict)

    @property
    def id(self) -> str:
        """The object's id."""
        return str(self.doc["id"])


class Reply(msgspec.Struct, kw_only=True):
    """An answer as it was given for an idempotency key."""

    asked: str
    status: int
    body: bytes
    request_id: str


class Account:
    """All objects of one account by kind and id; the newest last."""

    def __init__(self, facts: Facts) -> None:
        """An account without objects."""
        self.facts = facts
        self.tables: dict[str, dict[str, Record]] = {}
        # Sessions by intent, charges and refunds by intent: what lists are asked for most.
        self.by_intent: dict[tuple[str, str], dict[str, Record]] = {}

    @property
    def id(self) -> str:
        """The account's id."""
        return self.facts.id

    def table(self, kind: str) -> dict[str, Record]:
        """All objects of a kind, the oldest first."""
        return self.tables.setdefault(kind, {})

    def find(self, kind: str, number: str) -> Record | None:
        """An object by id, None when it is not of this account."""
        return self.table(kind).get(number)

    def get(self, kind: str, number: str) -> Record:
        """An object that must be there (KeyError when it is not)."""
        record = self.find(kind, number)
        if record is None:
            message = f"{kind} {number}"
            raise KeyError(message)
        return record

    def of_intent(self, kind: str, number: str) -> dict[str, Record]:
        """Objects of a kind that belong to a PaymentIntent, the oldest first."""
        return self.by_intent.get((kind, number), {})

    def keep(self, record: Record) -> None:
        """Put an object into its table."""
        self.table(record.kind)[record.id] = record
        intent = record.doc.get("payment_intent")
        if intent is not None:
            self.by_intent.setdefault((record.kind, intent), {})[record.id] = record

    def forget(self, record: Record) -> None:
        """Take an object out of its table."""
        self.table(record.kind).pop(record.id, None)
        intent = record.doc.get("payment_intent")
        if intent is not None:
            self.of_intent(record.kind, intent).pop(record.id, None)


class Work:
    """One change to an account: edited in memory, written at once by `World.commit`.

    `undo` puts memory back as it was, when something is refused half way. `source` is "api" (a
    call), "customer" (on the payment page), "outside" (by hand at the vendor's) or "vendor" (time).
    """

    def __init__(  # noqa: PLR0913 - who did what, where
        self,
        world: "World",
        account: Account,
        *,
        source: str,
        operation: str,
        request_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """Begin, now."""
        self.world, self.account = world, account
        self.source, self.operation = source, operation
        self.request_id, self.key = request_id, key
        self.at = world.clock.now()
        self.saved: dict[int, Record] = {}
        self.before: dict[int, tuple[Record, Doc, Doc]] = {}
        self.removed: set[int] = set()
        self.events: list[Record] = []
        self.effects: list[Doc] = []
        self.reply: tuple[str, Reply] | None = None

    def add(self, kind: str, doc: Doc, **inside: Any) -> Record:
        """Keep a new object."""
        record = Record(seq=self.world.next_seq(), kind=kind, doc=doc, inside=inside)
        self.account.keep(record)
        self.saved[record.seq] = record
        return record

    def edit(
        self, record: Record, *, drop: str = "", inside: Doc | None = None, **changes: Any
    ) -> None:
        """Change fields of an object, take one away, or change what it does not show."""
        if record.seq not in self.before and record.seq not in self.saved:
            self.before[record.seq] = (record, dict(record.doc), dict(record.inside))
        record.doc.update(changes)
        record.doc.pop(drop, None)
        record.inside.update(inside or {})
        self.account.keep(record)
        self.saved[record.seq] = record

    def remove(self, record: Record) -> None:
        """Delete an object."""
        self.account.forget(record)
        self.saved.pop(record.seq, None)
        self.removed.add(record.seq)

    def undo(self) -> None:
        """Put memory back as it was before this work."""
        for seq, record in self.saved.items():
            if seq not in self.before:
                self.account.forget(record)
        for record, doc, inside in self.before.values():
            self.account.forget(record)
            record.doc, record.inside = doc, inside
            self.account.keep(record)

    def event(self, kind: str, record: Record, *, previous: Doc | None = None) -> Record:
        """Tell of an object as it is now; `previous` are the former values of an update."""
        data: Doc = {"object": copy.deepcopy(record.doc)}
        if previous is not None:
            data["previous_attributes"] = previous
        doc = {
            "id": ids.new("event"),
            "object": "event",
            "api_version": self.account.facts.api_version,
            "created": self.at,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {
                "id": self.request_id,
                "idempotency_key": self.key if self.request_id else None,
            },
            "type": kind,
        }
        event = self.add("event", doc)
        self.events.append(event)
        return event

    def effect(self, *, changed: bool, **details: Any) -> None:
        """Log one effective or attempted write."""
        self.effects.append({"changed": changed, **details})


def merged(metadata: Doc, given: dict[str, str | None] | None) -> Doc:
    """Metadata after an update: an empty text unset its key, an empty whole clears all."""
    if given is None:
        return {}
    both = {**metadata, **given}
    return {key: value for key, value in both.items() if value is not None}
