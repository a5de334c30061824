"""Whether the conditions of a rule can be meant: each by itself, and all together."""

import datetime as dt
from decimal import Decimal

from foundation.findings import Findings

from .amounts import check_amount, check_count, check_percent
from .contracts import MAX_CONDITIONS, MAX_DAYS, MAX_VALUES, Condition, ConditionValue, Group, Range
from .contradictions import contradiction
from .fields import KINDS, STATUSES, Entry, Field, Kind, Match, entry_of, ops_of
from .texts import check_text

# A margin is percent of the price: never above 100, and as far below zero as cost is above price.
_MARGINS = (Decimal(-1_000_000), Decimal(100))
# Room for the day after, and for nothing that is a slip of the finger.
_YEARS = range(1900, 3000)


def check_when(findings: Findings, place: str, when: Group, digits: int) -> None:
    """Find fault with the group of a rule at its place in the document."""
    _WhenCheck(findings, digits).group(place, when, held=[], depth=0)


class _WhenCheck:
    """The check of one rule's conditions."""

    def __init__(self, findings: Findings, digits: int) -> None:
        self._findings = findings
        self._digits = digits

    def group(self, place: str, group: Group, *, held: list[Condition], depth: int) -> None:
        """Check a group; ``held`` are conditions that hold wherever one of it is asked."""
        if len(group.items) > MAX_CONDITIONS:
            self._findings.add(f"{place}.items", f"Enter at most {MAX_CONDITIONS} conditions.")
        for index, item in enumerate(group.items):
            inside = f"{place}.items.{index}"
            if isinstance(item, Condition):
                self._condition(inside, item)
                if group.match == Match.ALL and not self._findings.under(inside):
                    self._together(inside, item, held)
            elif depth:
                self._findings.add(inside, "Groups nest once: move its conditions one group up.")
            elif not item.items and not self._findings.under(inside):
                self._findings.add(f"{inside}.items", "Enter a condition, or leave this group out.")
            else:
                shared = held if group.match == item.match == Match.ALL else []
                self.group(inside, item, held=shared, depth=depth + 1)

    def _together(self, place: str, condition: Condition, held: list[Condition]) -> None:
        for earlier in held:
            said = contradiction(earlier, condition)
            if said is not None:
                where = "op" if condition.value is None else "value"
                self._findings.add(f"{place}.{where}", said)
        held.append(condition)

    def _condition(self, place: str, condition: Condition) -> None:
        findings = self._findings
        if condition.field != Field.STOCK_AT:
            if condition.location is not None:
                findings.add(f"{place}.location", "Leave it out: only “stock_at” has a location.")
        elif condition.location is None or not 0 < condition.location < 2**63:
            findings.add(f"{place}.location", "Enter the number of a location.")
        entry = entry_of(condition.field, condition.op)
        if entry is None:
            fitting = ", ".join(ops_of(condition.field))
            findings.add(f"{place}.op", f"Choose a question that fits: {fitting}.")
        else:
            self._value(f"{place}.value", condition, entry)

    def _value(self, place: str, condition: Condition, entry: Entry) -> None:
        if self._findings.under(place):
            return
        value = condition.value
        match entry:
            case Entry.NUMBER | Entry.RANGE:
                self._numbers(place, value, entry, KINDS[condition.field])
            case Entry.TEXT:
                check_text(self._findings, place, value)
            case Entry.TEXTS:
                self._texts(place, value)
            case _:
                wanted = _wanted(entry, value)
                if wanted is not None:
                    self._findings.add(place, wanted)

    def _texts(self, place: str, value: ConditionValue) -> None:
        if not isinstance(value, tuple) or not 1 <= len(value) <= MAX_VALUES:
            self._findings.add(place, f"Enter a list of 1 to {MAX_VALUES} texts.")
            return
        for index, text in enumerate(value):
            check_text(self._findings, f"{place}.{index}", text)

    def _numbers(self, place: str, value: ConditionValue, entry: Entry, kind: Kind) -> None:
        if entry is Entry.NUMBER and isinstance(value, Decimal):
            self._number(place, value, kind)
        elif entry is Entry.RANGE and isinstance(value, Range):
            self._number(f"{place}.0", value.low, kind)
            self._number(f"{place}.1", value.high, kind)
            if not self._findings.under(place) and value.low > value.high:
                self._findings.add(place, "Enter the lower number first.")
        elif entry is Entry.NUMBER:
            self._findings.add(place, "Enter a number.")
        else:
            self._findings.add(place, "Enter two numbers: the lowest and the highest.")

    def _number(self, place: str, value: Decimal, kind: Kind) -> None:
        match kind:
            case Kind.MONEY:
                check_amount(self._findings, place, value, self._digits)
            case Kind.PERCENT:
                check_percent(self._findings, place, value, *_MARGINS)
            case _:
                check_count(self._findings, place, value)


def _wanted(entry: Entry, value: ConditionValue) -> str | None:
    """Say what to enter where one look tells, None where the value will do."""
    match entry:
        case Entry.NOTHING:
            good, wanted = value is None, "Leave the value out: this question needs none."
        case Entry.STATUS:
            good, wanted = value in STATUSES, f"Choose one of: {', '.join(STATUSES)}."
        case Entry.DATE:
            good, wanted = _is_day(value), "Enter a date such as 2026-01-31."
        case _:
            good = isinstance(value, int) and 1 <= value <= MAX_DAYS
            wanted = f"Enter a number of days from 1 to {MAX_DAYS:,}."
    return None if good else wanted


def _is_day(value: object) -> bool:
    return (
        isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year in _YEARS
    )
