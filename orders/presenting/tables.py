"""Rates of shipping and taxes, and changes of them, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from orders.assortment.rates import Change, TableEvent
from orders.assortment.tables import Line, Table
from orders.enums import ParcelClass
from orders.sales.addresses import PROVINCES

_LABELS = {
    "country": "country",
    "province": "province",
    "method": "method",
    "parcel_class": "parcel",
    "first_piece": "first piece",
    "each_further": "each further",
    "days_least": "days at least",
    "days_most": "days at most",
    "name": "name",
    "valid_from": "from",
    "rate": "rate",
}
_VERBS = {
    "added": "added",
    "changed": "changed",
    "deleted": "deleted",
    "imported": "imported a file",
    "undone": "took a change back",
}
_AMOUNTS = frozenset({"first_piece", "each_further"})
SHOWN_CHANGES = 3


def percent(rate: Decimal | str) -> str:
    """Write a share in percent, with as many digits as it has."""
    return f"{(Decimal(rate) * 100).normalize():f} %"


def place_of(line: Line) -> str:
    """Name where a row holds."""
    if not line["province"]:
        return f"{line['country']}, everywhere"
    name = PROVINCES.get(line["province"], "") if line["country"] == "CA" else ""
    return f"{line['country']} {line['province']}" + (f", {name}" if name else "")


def _value(name: str, value: str, currency: str = "") -> str:
    if name in _AMOUNTS:
        return f"{value} {currency}"
    if name == "rate":
        return percent(value)
    if name == "parcel_class":
        return str(ParcelClass(value).label) if value in ParcelClass.values else value
    return value


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of one row: what it is about, and each value before and after."""

    kind: str
    tone: str
    where: str
    what: str
    values: Sequence[tuple[str, str, str]]

    @classmethod
    def of(cls, table: Table, change: Change, currency: str) -> Self:
        """Put a change into words."""
        kind, tone = ("changed", "busy")
        if change.before is None:
            kind, tone = ("new", "good")
        elif change.after is None:
            kind, tone = ("goes", "bad")
        before, after = change.before or {}, change.after or {}
        what = ", ".join(_value(name, change.line[name]) for name in table.key[2:])
        values = [
            (
                _LABELS[name],
                _value(name, before.get(name, ""), currency) if before else "",
                _value(name, after.get(name, ""), currency) if after else "",
            )
            for name in table.says
            if name in change.differing
        ]
        return cls(kind, tone, place_of(change.line), what, values)


@dataclass(frozen=True, slots=True)
class EventRow:
    """A recorded change of a table; ``more``: rows that are not shown."""

    event: TableEvent
    words: str
    rows: Sequence[ChangeRow]
    more: int

    @classmethod
    def of(cls, table: Table, event: TableEvent, currency: str) -> Self:
        """Put an event into words."""
        verb = _VERBS.get(event.event.verb.rpartition(".")[2], "changed")
        count = len(event.changes)
        words = verb if count == 1 else f"{verb}, {count:,} rows"
        shown = [ChangeRow.of(table, each, currency) for each in event.changes[:SHOWN_CHANGES]]
        return cls(event, words, shown, count - len(shown))
