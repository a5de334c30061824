"""The triggers of a campaign as a page sends them: rows of plain fields, most of them empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from campaigns.triggers import (
    KEYS,
    MAX_TRIGGERS,
    Direction,
    Trigger,
    TriggerErrors,
    TriggerKind,
    read_triggers,
)

FIELDS: Final = ("kind", "direction", "threshold", "percent", "hours", "hold", "off_by", "off")
ALL_FIELDS: Final = (*FIELDS, "location")
OFF_BY: Final = (("margin", "beyond a margin of"), ("off", "at its own level of"))
# Two keys of the language share a field, and what is wrong with a whole row is said at its kind.
_FIELD_OF: Final = {"margin": "off", "off": "off", "": "kind"}


def field_name(number: int, name: str) -> str:
    """Name a field of a row."""
    return f"trigger-{number}-{name}"


NAMES: Final = tuple(
    field_name(number, name) for number in range(MAX_TRIGGERS) for name in ALL_FIELDS
)


@dataclass(slots=True)
class TriggerRow:
    """A row of the page: what was sent, the trigger it means, what is wrong at which field.

    ``trigger`` is None for an empty row and for one that cannot be meant.
    """

    number: int
    said: dict[str, str]
    trigger: Trigger | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind that is chosen; empty for a row that says nothing."""
        return self.said["kind"] if self.said["kind"] in TriggerKind.values else ""

    @property
    def shown(self) -> list[str]:
        """The fields that belong to the kind."""
        keys = KEYS[TriggerKind(self.kind)] if self.kind else ()
        return ["off" if key == "margin" else key for key in keys if key != "off"]

    def document(self) -> dict[str, str]:
        """Return the row in the trigger language; what is empty is left out."""
        found = {"kind": self.kind}
        for key in KEYS[TriggerKind(self.kind)]:
            value = self.said.get(key, "")
            if key in {"margin", "off"}:
                by = self.said["off_by"] or "margin"
                value = self.said["off"] if key == by else ""
            if key != "kind" and value:
                found[key] = value
        return found


@dataclass(slots=True)
class TriggerRows:
    """All rows; ``meant`` None while something is wrong. ``error``: with all of them together."""

    rows: list[TriggerRow]
    meant: tuple[Trigger, ...] | None = None
    error: str = ""

    @property
    def used(self) -> list[TriggerRow]:
        """The rows that say something."""
        return [row for row in self.rows if row.kind]


def rows_of(data: Mapping[str, Any]) -> TriggerRows:
    """Read the rows of a page."""
    found = TriggerRows([TriggerRow(number, _said(data, number)) for number in range(MAX_TRIGGERS)])
    used = found.used
    try:
        found.meant = read_triggers([row.document() for row in used])
    except TriggerErrors as refused:
        for place, sentence in refused.errors.items():
            number, _, key = place.partition(".")
            if not number:
                found.error = sentence
            else:
                used[int(number)].errors.setdefault(_FIELD_OF.get(key, key), sentence)
    for row in used:
        row.trigger = _alone(row)
    return found


def _said(data: Mapping[str, Any], number: int) -> dict[str, str]:
    return {name: str(data.get(field_name(number, name)) or "").strip() for name in ALL_FIELDS}


def _alone(row: TriggerRow) -> Trigger | None:
    """Read one row for itself, so that what is right can be said beside what is not."""
    try:
        return read_triggers([row.document()])[0]
    except TriggerErrors:
        return None


def fields_of(triggers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return stored triggers as the fields of a page."""
    fields: dict[str, str] = {}
    for number, each in enumerate(triggers[:MAX_TRIGGERS]):
        for key, value in each.items():
            if key in {"margin", "off"}:
                fields[field_name(number, "off_by")] = key
                fields[field_name(number, "off")] = str(value)
            else:
                fields[field_name(number, key)] = str(value)
    return fields


KINDS: Final = [("", "Add a trigger…"), *TriggerKind.choices]
DIRECTIONS: Final = Direction.choices
