"""Triggers from JSON, as a form or a program sends them.

What is read here is shape: which keys, which sort of value. Whether it can be meant is
``checking``'s question; both say what they find by place, in one :class:`TriggerErrors`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from django.db import models

from foundation.findings import Findings
from pricing.api import number_in

from .checking import check_triggers
from .contracts import MAX_TRIGGERS, Direction, StockChange, Trigger, TriggerErrors, TriggerKind

_CLASSES: Mapping[TriggerKind, type[Trigger]] = MappingProxyType(
    {each.kind: each for each in get_args(Trigger)}
)

KEYS: Mapping[TriggerKind, tuple[str, ...]] = MappingProxyType(
    {kind: ("kind", *(each.name for each in fields(_CLASSES[kind]))) for kind in TriggerKind}
)
"""What an object of each kind may say."""

_STRAYS = 5
"""Unknown keys named in one object; a stranger may send a million."""

_MISSING = {
    "threshold": "Enter the number of pieces.",
    "percent": "Enter a percentage.",
    "hours": "Enter the number of hours to look back.",
    "hold": "Enter the number of hours it holds.",
}

_Choice = TypeVar("_Choice", bound=models.TextChoices)


def read_triggers(raw: Any) -> tuple[Trigger, ...]:
    """Read the triggers of a campaign.

    Raises :class:`TriggerErrors` with everything that is wrong, each with its place.
    """
    findings = Findings(TriggerErrors)
    triggers: list[Trigger | None] = []
    if isinstance(raw, list | tuple):
        reader = _Reader(findings)
        # One more than there may be, so that the check sees that they are too many.
        some = islice(raw, MAX_TRIGGERS + 1)
        triggers = [reader.trigger(str(place), item) for place, item in enumerate(some)]
    else:
        findings.add("", "Enter a list of triggers.")
    check_triggers(triggers, findings=findings)
    return tuple(trigger for trigger in triggers if trigger is not None)


class _Reader:
    """Reads objects at their place in the document. Null says nothing."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def trigger(self, place: str, raw: Any) -> Trigger | None:
        """Read one trigger, None when something was found wrong in it."""
        if not isinstance(raw, Mapping):
            self._findings.add(place, "Enter an object with kind and what belongs to it.")
            return None
        kind = self._choice(f"{place}.kind", raw.get("kind"), TriggerKind)
        if kind is None:
            return None
        keys = KEYS[kind]
        for key in islice((key for key in raw if key not in keys), _STRAYS):
            self._findings.add(
                f"{place}.{str(key)[:40]}", f"Leave it out: known here are {', '.join(keys)}."
            )
        said: dict[str, Any] = {}
        for each in fields(_CLASSES[kind]):
            value = raw.get(each.name)
            inside = f"{place}.{each.name}"
            if value is not None:
                said[each.name] = self._value(inside, each.name, value, kind)
            elif each.default is MISSING:
                self._missing(inside, each.name)
        return None if self._findings.under(place) else _CLASSES[kind](**said)

    def _missing(self, place: str, key: str) -> None:
        if key in _MISSING:
            self._findings.add(place, _MISSING[key])
        else:
            self._choice(place, None, Direction)

    def _value(
        self, place: str, key: str, raw: Any, kind: TriggerKind
    ) -> Direction | Decimal | int | None:
        if key == "direction":
            return self._choice(place, raw, Direction)
        number = self._number(place, raw)
        if key == "percent" or (kind is StockChange.kind and key in {"margin", "off"}):
            return number
        if number is None or number == number.to_integral_value():
            return None if number is None else int(number)
        self._findings.add(place, "Enter a whole number.")
        return None

    def _choice(self, place: str, raw: Any, choices: type[_Choice]) -> _Choice | None:
        if isinstance(raw, str) and raw in choices.values:
            return choices(raw)
        self._findings.add(place, f"Choose one of: {', '.join(choices.values)}.")
        return None

    def _number(self, place: str, raw: Any) -> Decimal | None:
        try:
            return number_in(raw)
        except ValueError as error:
            self._findings.add(place, str(error))
            return None
