"""Rules from JSON, as a form or a program sends them, and back.

What is read here is shape: which keys, which sort of value. Whether it can be meant is
``checking``'s question; both say what they find by place, in one :class:`RuleErrors`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import models

from foundation.findings import Findings
from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, RoundingDirection

from .checking import check_rules
from .contracts import (
    ALWAYS,
    MAX_CONDITIONS,
    MAX_RULES,
    MAX_VALUES,
    CompareAt,
    Condition,
    ConditionValue,
    Group,
    Guard,
    Range,
    Rounding,
    Rule,
    RuleErrors,
    default_step,
)
from .fields import Entry, Field, Match, Op, entry_of
from .numbers import number_in

_RULE = ("name", "when", "action", "compare_at", "rounding", "guards")
_STRAYS = 5
"""Unknown keys named in one object; a stranger may send a million."""

# What stands where something could not be read: harmless, so that the rest can be checked, and the
# places after it stay right. It never gets out, as something was found there.
_NO_ACTION = (Action.FILE, None)
_NO_CONDITION = Condition(Field.PRICE, Op.KNOWN)
_NO_GUARD = Guard(GuardKind.FLOOR, Decimal(0))

_Choice = TypeVar("_Choice", bound=models.TextChoices)


def read_rules(raw: Any, *, digits: int = 2) -> tuple[Rule, ...]:
    """Read a set of rules. ``digits``: decimals of the currency.

    Raises :class:`RuleErrors` with everything that is wrong, each with its place.
    """
    findings = Findings(RuleErrors)
    rules: list[Rule | None] = []
    if isinstance(raw, list | tuple):
        reader = _Reader(findings, digits)
        # One more than there may be, so that the check sees that they are too many.
        rules = [reader.rule(str(place), item) for place, item in _first(raw, MAX_RULES + 1)]
    else:
        findings.add("", "Enter a list of rules.")
    check_rules(rules, digits=digits, findings=findings)
    return tuple(rule for rule in rules if rule is not None)


def _first(items: Sequence[Any], count: int) -> "enumerate[Any]":
    return enumerate(islice(items, count))


class _Reader:
    """Reads objects at their place in the document."""

    def __init__(self, findings: Findings, digits: int) -> None:
        self._findings = findings
        self._step = default_step(digits)

    def rule(self, place: str, raw: Any) -> Rule | None:
        data = self._object(place, raw, _RULE)
        if data is None:
            return None
        action, value = self._action(f"{place}.action", data.get("action"))
        return Rule(
            action=action,
            value=value,
            name=self._name(f"{place}.name", data.get("name", "")),
            when=self._when(f"{place}.when", data.get("when", {}), depth=0),
            compare_at=self._compare_at(f"{place}.compare_at", data.get("compare_at", {})),
            rounding=self._rounding(f"{place}.rounding", data.get("rounding", {})),
            guards=self._guards(f"{place}.guards", data.get("guards", [])),
        )

    def _name(self, place: str, raw: Any) -> str:
        if isinstance(raw, str):
            return raw
        self._findings.add(place, "Enter a text.")
        return ""

    def _action(self, place: str, raw: Any) -> tuple[Action, Decimal | None]:
        data = self._object(place, raw, ("kind", "value"))
        if data is None:
            return _NO_ACTION
        action = self._choice(f"{place}.kind", data.get("kind"), Action)
        value = self._optional(f"{place}.value", data.get("value"))
        return _NO_ACTION if action is None else (action, value)

    def _compare_at(self, place: str, raw: Any) -> CompareAt:
        data = self._object(place, raw, ("kind", "value"))
        if not data:
            return CompareAt()
        kind = self._choice(f"{place}.kind", data.get("kind"), CompareAtAction)
        value = self._optional(f"{place}.value", data.get("value"))
        return CompareAt() if kind is None else CompareAt(kind, value)

    def _rounding(self, place: str, raw: Any) -> Rounding:
        data = self._object(place, raw, ("step", "ending", "direction")) or {}
        nearest = RoundingDirection.NEAREST
        step = self._number(f"{place}.step", data.get("step", self._step))
        ending = self._number(f"{place}.ending", data.get("ending", 0))
        direction = data.get("direction", nearest)
        return Rounding(
            step=self._step if step is None else step,
            ending=Decimal(0) if ending is None else ending,
            direction=self._choice(f"{place}.direction", direction, RoundingDirection) or nearest,
        )

    def _guards(self, place: str, raw: Any) -> tuple[Guard, ...]:
        if not isinstance(raw, list | tuple) or len(raw) > 2 * len(GuardKind):
            self._findings.add(place, f"Enter a list of at most {len(GuardKind)} limits.")
            return ()
        return tuple(self._guard(f"{place}.{index}", item) for index, item in enumerate(raw))

    def _guard(self, place: str, raw: Any) -> Guard:
        data = self._object(place, raw, ("kind", "value", "otherwise"))
        if data is None:
            return _NO_GUARD
        kind = self._choice(f"{place}.kind", data.get("kind"), GuardKind)
        value = self._number(f"{place}.value", data.get("value"))
        mode = data.get("otherwise", GuardMode.CLAMP)
        otherwise = self._choice(f"{place}.otherwise", mode, GuardMode)
        if kind is None or value is None or otherwise is None:
            return _NO_GUARD
        return Guard(kind, value, otherwise)

    def _when(self, place: str, raw: Any, *, depth: int) -> Group:
        data = self._object(place, raw, ("match", "items"))
        if not data:
            return ALWAYS
        match = self._choice(f"{place}.match", data.get("match", Match.ALL), Match) or Match.ALL
        items = data.get("items")
        if not isinstance(items, list | tuple):
            self._findings.add(f"{place}.items", "Enter a list of conditions.")
            return Group(match)
        # Without conditions "any of" means "always" as well: there is one spelling of it.
        if not items:
            return ALWAYS
        return Group(
            match,
            tuple(
                self._item(f"{place}.items.{index}", item, depth=depth)
                for index, item in _first(items, MAX_CONDITIONS + 1)
            ),
        )

    def _item(self, place: str, raw: Any, *, depth: int) -> Condition | Group:
        if not isinstance(raw, Mapping) or not ("match" in raw or "items" in raw):
            return self._condition(place, raw)
        # A group that is too deep is not read: the check refuses it as a whole.
        return ALWAYS if depth else self._when(place, raw, depth=depth + 1)

    def _condition(self, place: str, raw: Any) -> Condition:
        data = self._object(place, raw, ("field", "op", "value", "location"))
        if data is None:
            return _NO_CONDITION
        field = self._choice(f"{place}.field", data.get("field"), Field)
        op = self._choice(f"{place}.op", data.get("op"), Op)
        if field is None or op is None:
            return _NO_CONDITION
        value = self._value(f"{place}.value", data.get("value"), entry_of(field, op))
        location = self._whole(f"{place}.location", data.get("location"))
        return Condition(field, op, value, location)

    def _value(  # noqa: PLR0911 -- one per entry
        self, place: str, raw: Any, entry: Entry | None
    ) -> ConditionValue:
        """Read what an entry needs; what is of another sort goes on, and the check refuses it."""
        match entry, raw:
            case _, None:
                return None
            case Entry.NUMBER, _:
                return self._number(place, raw)
            case Entry.RANGE, [low, high]:
                lowest = self._number(f"{place}.0", low)
                highest = self._number(f"{place}.1", high)
                return None if lowest is None or highest is None else Range(lowest, highest)
            case Entry.TEXTS, list() | tuple():
                return tuple(islice(raw, MAX_VALUES + 1))
            case Entry.DATE, str():
                return _date(raw)
            case Entry.DAYS, _:
                return self._whole(place, raw)
        kept: ConditionValue = raw
        return kept

    def _object(self, place: str, raw: Any, keys: Sequence[str]) -> dict[str, Any] | None:
        """Return what an object says under these keys; null says nothing."""
        if not isinstance(raw, Mapping):
            self._findings.add(place, f"Enter an object with {', '.join(keys)}.")
            return None
        for key in islice((key for key in raw if key not in keys), _STRAYS):
            self._findings.add(
                f"{place}.{str(key)[:40]}", f"Leave it out: known here are {', '.join(keys)}."
            )
        return {key: raw[key] for key in keys if raw.get(key) is not None}

    def _choice(self, place: str, raw: Any, choices: type[_Choice]) -> _Choice | None:
        if isinstance(raw, str) and raw in choices.values:
            return choices(raw)
        self._findings.add(place, f"Choose one of: {', '.join(choices.values)}.")
        return None

    def _optional(self, place: str, raw: Any) -> Decimal | None:
        return None if raw is None else self._number(place, raw)

    def _number(self, place: str, raw: Any) -> Decimal | None:
        try:
            return number_in(raw)
        except ValueError as error:
            self._findings.add(place, str(error))
            return None

    def _whole(self, place: str, raw: Any) -> int | None:
        number = self._optional(place, raw)
        if number is None or number == number.to_integral_value():
            return None if number is None else int(number)
        self._findings.add(place, "Enter a whole number.")
        return None


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
