"""A lane and a purse without a database, for looking at the connector alone over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from foundation.outbound.client import Http, raise_for_status
from foundation.outbound.contracts import (
    Answer,
    Call,
    Grant,
    OpenDownload,
    OpenExchange,
    Reading,
)


@dataclass
class PlainLane:
    """Sends through the project's own HTTP client; keeps the exchanges instead of logging them."""

    http: Http
    exchanges: list[OpenExchange] = field(default_factory=list)

    @contextmanager
    def exchange(self, call: Call, cost: int | None = None) -> Iterator[OpenExchange]:
        """See :class:`foundation.outbound.contracts.Lane`."""
        answer = self.http.send(call)
        opened = OpenExchange(answer, requested_cost=cost)
        self.exchanges.append(opened)
        raise_for_status(answer, call, "shop")
        yield opened

    @contextmanager
    def download(self, call: Call, *, largest: int) -> Iterator[OpenDownload]:
        """See :class:`foundation.outbound.contracts.Lane`."""
        with self.http.stream(call, left=lambda: 60.0, largest=largest) as got:
            raise_for_status(Answer(got.status, got.headers, b"", 0), call, "storage")
            yield got


@dataclass
class Purse:
    """Grants everything and remembers what became of it."""

    taken: list[int] = field(default_factory=list)
    settled: list[Reading] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)
    depleted: list[Reading] = field(default_factory=list)

    def take(self, points: int) -> Grant:
        """Grant."""
        self.taken.append(points)
        return Grant(points, 0.0)

    def settle(self, grant: Grant, reading: Reading) -> None:  # noqa: ARG002 -- the protocol's
        """Remember."""
        self.settled.append(reading)

    def give_back(self, grant: Grant) -> None:
        """Remember."""
        self.given_back.append(grant.points)

    def deplete(self, grant: Grant, reading: Reading) -> float:  # noqa: ARG002 -- the protocol's
        """Remember."""
        self.depleted.append(reading)
        return 1.5
