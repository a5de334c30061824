"""What the connection pages say about scopes, tests and budgets."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from catalog_sync.api import NEEDED_SCOPES
from foundation.outbound.api import BudgetGauge, budget_gauge

if TYPE_CHECKING:
    from foundation.shops.models import Connection

SCOPE_REASONS = {
    "read_products": "to mirror products and variants, and to hear when they change",
    "write_products": "to write prices",
    "read_inventory": "to mirror stock, and to hear when it moves",
    "read_locations": "to know where stock lies",
}
LOW_PERCENT = 25


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission we need: what for, and whether the token has it."""

    name: str
    why: str
    granted: bool


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """A connection with what its last test read and what is left of its budget."""

    connection: "Connection"
    tested_at: dt.datetime | None
    name: str
    plan: str
    currency: str
    timezone: str
    api_version: str
    scopes: tuple[Scope, ...]
    failed: str
    """Why the last test failed; empty when it did not."""
    endpoint: str
    """Where Stripe delivers to; empty when it does not, and at other vendors."""
    lacks: tuple[str, ...]
    """What the account lacks beside scopes, in words."""
    gauge: BudgetGauge | None

    @classmethod
    def of(cls, connection: "Connection") -> Self:
        """Read the budget and put the stored facts in order; one query."""
        facts = connection.facts
        granted = set(facts.get("granted", []))
        return cls(
            connection=connection,
            tested_at=connection.tested_at,
            name=facts.get("name", ""),
            plan=facts.get("plan", ""),
            currency=facts.get("currency", ""),
            timezone=facts.get("timezone", ""),
            api_version=facts.get("api_version", ""),
            scopes=tuple(
                Scope(name, SCOPE_REASONS.get(name, ""), name in granted) for name in NEEDED_SCOPES
            )
            if "granted" in facts
            else (),
            failed=facts.get("failed", ""),
            endpoint=facts.get("endpoint", ""),
            lacks=() if "granted" in facts else tuple(facts.get("missing", ())),
            gauge=budget_gauge(connection.pk),
        )

    @property
    def missing(self) -> list[Scope]:
        """The scopes the token lacks."""
        return [scope for scope in self.scopes if not scope.granted]

    @property
    def low(self) -> bool:
        """Whether little of the budget is left."""
        return self.gauge is not None and self.gauge.percent < LOW_PERCENT

    @property
    def state(self) -> tuple[str, str]:
        """The state in a word, with its tone."""
        if self.connection.state == "parked":
            return "Parked", "bad"
        if not self.tested_at:
            return "Not tested", "warn"
        if self.failed:
            return "Test failed", "bad"
        if self.missing:
            return "Scopes missing", "warn"
        if self.lacks:
            return "Incomplete", "warn"
        return "Works", "good"
