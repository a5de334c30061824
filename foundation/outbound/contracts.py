"""What callers of the outside world speak: calls, answers, lanes and budgets."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol
from uuid import UUID


class Priority(IntEnum):
    """Who goes first when a vendor's budget is short.

    URGENT: a person waits for it (a rollback, a test of the connection). NORMAL: a run somebody
    started. LOW: what nobody waits for (full imports, reconciliation).
    """

    URGENT = 0
    NORMAL = 1
    LOW = 2


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request.

    ``changes``: it may change something abroad, so an answer that is lost after sending leaves
    the outcome unknown. ``operation`` is its name in the log.
    """

    method: str
    url: str
    operation: str
    changes: bool
    # Both may carry secrets or customers' data, so neither is ever shown.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers`` is case-insensitive; redirects are answers, not followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    milliseconds: int


@dataclass(slots=True)
class OpenExchange:
    """A call whose answer is being read. What the connector finds out goes into the log row."""

    answer: Answer
    requested_cost: int | None = None
    actual_cost: int | None = None
    vendor_request_id: str = ""
    # Set where the outcome is not an exception of the block (a call refused for its rate).
    failure: str = ""


@dataclass(frozen=True, slots=True)
class OpenDownload:
    """An answer whose body is still coming: ``pieces`` are its bytes, unpacked, each read once.

    Taking the next piece may raise what :meth:`Lane.download` raises.
    """

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes] = field(repr=False)


class Lane(Protocol):
    """A connection's way out: gate, address guard, deadline and log are already in it."""

    def exchange(self, call: Call, cost: int | None = None) -> AbstractContextManager[OpenExchange]:
        """Send ``call``; the log row is written when the block ends, with its failure if any."""
        ...

    def download(self, call: Call, *, largest: int) -> AbstractContextManager[OpenDownload]:
        """Send ``call`` and read a large answer piece by piece, ``largest`` bytes at most.

        In between the caller may write to the database, each time in a transaction that ends
        before the next piece is taken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """Points taken from a budget for one call; ``taken_at`` is ``time.monotonic()``."""

    points: int
    taken_at: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the vendor said of its own bucket with an answer. ``actual`` None: not charged."""

    actual: int | None
    available: float
    capacity: float
    restore_rate: float


class Points(Protocol):
    """A vendor account's budget as a connector uses it, around each call."""

    def take(self, points: int) -> Grant:
        """Take points or raise ``failures.Wait``; never sleeps."""
        ...

    def settle(self, grant: Grant, reading: Reading) -> None:
        """Put back what was not used and learn the vendor's numbers."""
        ...

    def give_back(self, grant: Grant) -> None:
        """Put everything back: the call never left."""
        ...

    def deplete(self, grant: Grant, reading: Reading) -> float:
        """Believe a refusal for rate; return the seconds after which to come back."""
        ...


@dataclass(frozen=True, slots=True)
class BudgetGauge:
    """A budget as pages show it; ``percent`` is available of capacity, 0..100."""

    key: str
    available: float
    capacity: float
    restore_rate: float
    percent: int
    waits: int
    throttled: int
    last_throttled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A line of the exchange log as pages show it."""

    id: int
    at: dt.datetime
    connection_id: UUID
    operation: str
    method: str
    place: str
    status: int | None
    failure: str
    milliseconds: int
    requested_cost: int | None
    actual_cost: int | None
    vendor_request_id: str
    job_id: int | None
    request_id: str
    error: str


# Seconds left until the caller must have its answer (what is left of its lease).
Deadline = Callable[[], float]
