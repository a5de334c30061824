"""A shop in memory, and the unit of work that changes it and writes it through."""

import copy
import secrets
import time
import uuid
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

import msgspec

from sandbox.shopify import clock
from sandbox.shopify.bucket import Bucket
from sandbox.shopify.entities import (
    KIND_OF,
    BulkOperation,
    Facts,
    Item,
    Level,
    Location,
    Product,
    Subscription,
    Variant,
    key_of,
)
from sandbox.shopify.settings import PLANS, Settings
from sandbox.shopify.store import Store

encode = msgspec.json.encode

INSERT_EFFECTS = """
INSERT INTO effect
SELECT coalesce(max(last), 0) + 1, coalesce(max(last), 0) + ?, ?, ?, ?, ?, ? FROM effect
"""


class Shop:
    """All records of one shop, by id; dictionaries stay in ascending order of id."""

    def __init__(self, facts: Facts, store: Store, settings: Settings) -> None:
        """An empty shop; fill it by `keep` or through a `Work`."""
        self.facts = facts
        self.store = store
        self.settings = settings
        self.locations: dict[int, Location] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, Item] = {}
        self.levels: dict[int, dict[int, Level]] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.bulk: dict[int, BulkOperation] = {}
        self.bucket = Bucket(PLANS[facts.plan], facts.points_factor, settings)
        self.last_ms = 0
        # Earlier versions of records that the search index has not caught up with (search_lag > 0).
        self.unindexed: dict[tuple[str, int], list[tuple[float, msgspec.Struct | None]]] = {}
        self._sorted: dict[str, list[int]] = {}

    @property
    def domain(self) -> str:
        """The shop's `*.myshopify.com` domain."""
        return self.facts.domain

    def keep(self, record: msgspec.Struct) -> None:
        """Put a record into the dictionary of its kind."""
        match record:
            case Level():
                self.levels.setdefault(record.item_id, {})[record.location_id] = record
            case Item():
                self.items[record.id] = record
            case Variant():
                self.variants[record.id] = record
            case Product():
                self.products[record.id] = record
            case Location():
                self.locations[record.id] = record
            case Subscription():
                self.subscriptions[record.id] = record
            case BulkOperation():
                self.bulk[record.id] = record

    def ids(self, kind: str) -> list[int]:
        """Ascending ids of "product", "variant" or "item"."""
        known = self._sorted.get(kind)
        if known is None:
            records: dict[str, Iterable[int]] = {
                "product": self.products,
                "variant": self.variants,
                "item": self.items,
            }
            known = self._sorted[kind] = sorted(records[kind])
        return known

    def ids_after(self, kind: str, last: int) -> list[int]:
        """Ascending ids of a kind above `last`."""
        ids = self.ids(kind)
        return ids[bisect_right(ids, last) :]

    def forget_order(self) -> None:
        """Records came or went: sort ids anew when next asked."""
        self._sorted.clear()

    def variants_of(self, product: Product) -> list[Variant]:
        """The product's variants by position."""
        return [self.variants[number] for number in product.variant_ids]

    def levels_of(self, item_id: int) -> dict[int, Level]:
        """Stock of an item by location id."""
        return self.levels.get(item_id, {})

    def available(self, variant: Variant) -> int:
        """Sellable stock of a variant over all locations (0 when untracked)."""
        if not self.items[variant.item_id].tracked:
            return 0
        return sum(level.available for level in self.levels_of(variant.item_id).values())

    def indexed(self, kind: str, number: int, record: msgspec.Struct) -> msgspec.Struct | None:
        """The record as the search index knows it, None when it does not know it yet."""
        versions = self.unindexed.get((kind, number))
        if versions is None:
            return record
        now = time.monotonic()
        for until, version in versions:
            if until > now:
                return version
        del self.unindexed[kind, number]
        return record

    def take_ids(self, count: int) -> int:
        """Reserve `count` new numbers and return the first; the caller saves `facts`."""
        first = self.facts.next_id
        self.facts.next_id += count
        return first

    def set_plan(self, plan: str, points_factor: float) -> None:
        """Change rate and bucket; the caller saves `facts`."""
        self.facts.plan, self.facts.points_factor = plan, points_factor
        self.bucket.resize(PLANS[plan], points_factor)


class Event(msgspec.Struct):
    """Something webhooks are told about: a topic such as `products/update` and its subject's id."""

    topic: str
    payload: dict[str, Any]


class Work:
    """One change to a shop: records are edited in memory, `World.commit` writes all of it at once.

    Validate before editing: memory is not rolled back. `at` is later than that of any work before
    it, so versions of one record are ordered by `updated`.
    """

    def __init__(self, shop: Shop, *, source: str, operation: str, request_id: str = "") -> None:
        """Begin; `source` is "api" or "outside", `operation` the name shown in the effects log."""
        self.shop = shop
        self.source, self.operation, self.request_id = source, operation, request_id
        self.at = shop.last_ms = max(clock.now_ms(), shop.last_ms + 1)
        self.event_id = str(uuid.uuid4())
        self.saved: dict[int, msgspec.Struct] = {}
        self.removed: set[int] = set()
        self.effects: list[dict[str, Any]] = []
        self.events: list[Event] = []
        self.touched_products: dict[int, None] = {}
        self.touched_items: dict[int, None] = {}
        self.idempotency: tuple[str, bytes] | None = None

    def edit(self, record: msgspec.Struct) -> None:
        """Announce that the caller is about to change `record`."""
        if self.shop.settings.search_lag:
            self._remember(record, copy.copy(record))
        self.saved[key_of(record)] = record

    def add(self, record: msgspec.Struct) -> None:
        """Announce a new record (the caller puts it into the shop's dictionaries)."""
        if self.shop.settings.search_lag:
            self._remember(record, None)
        self.saved[key_of(record)] = record
        self.shop.forget_order()

    def remove(self, record: msgspec.Struct) -> None:
        """Announce a deleted record (the caller takes it out of the dictionaries)."""
        self.saved.pop(key_of(record), None)
        self.removed.add(key_of(record))
        self.shop.forget_order()

    def _remember(self, record: msgspec.Struct, before: msgspec.Struct | None) -> None:
        lag = self.shop.settings.search_lag
        if not isinstance(record, Product | Variant | Item):
            return
        versions = self.shop.unindexed.setdefault((KIND_OF[type(record)], record.id), [])
        versions.append((time.monotonic() + lag, before))

    def effect(self, *, changed: bool, variant_id: int | None = None, **details: Any) -> None:
        """Log one effective or attempted write."""
        self.effects.append({"variant_id": variant_id, "changed": changed, **details})

    def event(self, topic: str, payload: dict[str, Any]) -> None:
        """Tell the subscribers of `topic` after the commit."""
        self.events.append(Event(topic, payload))

    def statements(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """The SQL of this work, for one transaction."""
        domain = self.shop.domain
        upserts = [
            (key, domain, KIND_OF[type(record)], encode(record))
            for key, record in self.saved.items()
        ]
        result: list[tuple[str, list[tuple[Any, ...]]]] = [
            ("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", upserts),
            ("DELETE FROM record WHERE key = ?", [(key,) for key in self.removed]),
        ]
        if self.effects:
            result.append((INSERT_EFFECTS, [self._effect_row()]))
        if self.idempotency is not None:
            key, doc = self.idempotency
            result.append(
                (
                    "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
                    [(domain, key, time.time(), doc)],
                )
            )
        return [(statement, rows) for statement, rows in result if rows]

    def _effect_row(self) -> tuple[Any, ...]:
        head = {
            "at": clock.zulu_ms(self.at),
            "at_ms": self.at,
            "shop": self.shop.domain,
            "source": self.source,
            "operation": self.operation,
            "request_id": self.request_id,
        }
        changed = sum(1 for row in self.effects if row["changed"])
        doc = encode({"head": head, "rows": self.effects})
        names = (self.shop.domain, self.source, self.operation)
        return (len(self.effects), *names, changed, doc)


def new_token() -> str:
    """A fresh access token in the vendor's form."""
    return f"shpat_{secrets.token_hex(16)}"
