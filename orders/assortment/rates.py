"""Change the tables of shipping and taxes, and take changes back.

Every change is a list of lines before and after, recorded as one event. So all of them are taken
back in one way: whatever stands there as it was left is as it was before; what somebody changed
since stays, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.db import transaction

from foundation.audit.api import Event, events_for_shop, presented, record
from orders.contracts import Refused

from .products import locked_shop
from .tables import MOST_ROWS, Key, Line, Table

SHOWN_EVENTS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One row: None before: it is new; None after: it goes."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        """A line that names the row."""
        line = self.after if self.after is not None else self.before
        assert line is not None  # noqa: S101 -- one of them is there
        return line

    @property
    def back(self) -> "Change":
        """The way back."""
        return Change(self.after, self.before)

    @property
    def differing(self) -> list[str]:
        """The columns that change; of a row that comes or goes, all."""
        before, after = self.before or {}, self.after or {}
        return [name for name in self.line if before.get(name) != after.get(name)]


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed, and what was left because it was not as expected."""

    done: Sequence[Change]
    left: Sequence[Change]


@dataclass(frozen=True, slots=True)
class TableEvent:
    """A recorded change of a table; ``undone``: it was taken back."""

    event: Event
    changes: Sequence[Change]
    undone: bool

    @classmethod
    def of(cls, event: Event, undone: set[int]) -> Self:
        """Read a recorded event."""
        changes = [Change(*pair) for pair in event.details.get("changes", [])]
        return cls(event, changes, event.id in undone)


@transaction.atomic
def change_table(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    table: Table,
    changes: Sequence[Change],
    verb: str,
    actor_id: UUID | None,
    undoes: int | None = None,
) -> Changed:
    """Make those changes whose row is as they expect it; the others are left, and returned.

    ``verb`` says what a person did: ``added``, ``changed``, ``deleted``, ``imported``, ``undone``.
    Raises :class:`orders.contracts.Refused` when the table would become too long.
    """
    locked_shop(shop_id)
    now = table.lines(shop_id)
    done: list[Change] = []
    left: list[Change] = []
    for change in changes:
        key = table.key_of(change.line)
        same = now.get(key) == change.before
        (done if same else left).append(change)
        if same and change.after is not None:
            now[key] = dict(change.after)
        elif same:
            del now[key]
    if len(now) > MOST_ROWS:
        raise Refused("too-many", f"A table has {MOST_ROWS:,} rows at most. Nothing was changed.")
    for change in done:
        _write(shop_id, table, change)
    if done:
        record(
            f"orders.{table.name}.{verb}",
            shop_id=shop_id,
            actor_id=actor_id,
            object_type=table.name,
            object_id=shop_id,
            details={
                "changes": [[change.before, change.after] for change in done],
                **({"undoes": undoes} if undoes else {}),
            },
        )
    return Changed(done, left)


def _write(shop_id: UUID, table: Table, change: Change) -> None:
    values = table.values_of(change.line)
    key = {name: values.pop(name) for name in table.key}
    rows = table.model.objects.filter(shop_id=shop_id, **key)
    if change.after is None:
        rows.delete()
    elif change.before is None:
        table.model.objects.create(shop_id=shop_id, **key, **values)
    else:
        rows.update(**values)


def difference(now: Mapping[Key, Line], wanted: Mapping[Key, Line], *, whole: bool) -> list[Change]:
    """Return what makes a table as wanted; rows nobody wants go where the list is ``whole``."""
    changes = [Change(now.get(key), line) for key, line in wanted.items() if now.get(key) != line]
    if whole:
        changes += [Change(line, None) for key, line in now.items() if key not in wanted]
    return changes


def latest_changes(shop_id: UUID, table: Table) -> list[TableEvent]:
    """Return what was changed last, the newest first. One query."""
    rows = events_for_shop(shop_id, kind=table.name).order_by("-pk")[: 2 * SHOWN_EVENTS]
    events = presented(rows)
    undone = {int(each.details["undoes"]) for each in events if each.details.get("undoes")}
    return [TableEvent.of(each, undone) for each in events[:SHOWN_EVENTS]]


def undo(*, shop_id: UUID, table: Table, event_id: int, actor_id: UUID | None) -> Changed:
    """Take a recorded change back, row by row; what was changed since stays and is returned.

    Raises :class:`orders.contracts.Refused` when there is no such event.
    """
    rows = events_for_shop(shop_id, kind=table.name).filter(pk=event_id)
    event = next(iter(presented(rows)), None)
    if event is None:
        raise Refused("no-such-change", "There is no such change.")
    changes = [change.back for change in reversed(TableEvent.of(event, set()).changes)]
    arguments: dict[str, Any] = {"verb": "undone", "undoes": event.id, "actor_id": actor_id}
    return change_table(shop_id=shop_id, table=table, changes=changes, **arguments)
