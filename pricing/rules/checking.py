"""Whether rules can be meant: every impossibility is found here, whoever wrote the rules."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from foundation.findings import Findings
from pricing.contracts import MAX_PRICE
from pricing.enums import Action, CompareAtAction, GuardKind

from .amounts import check_amount, check_percent
from .conditions import check_when
from .contracts import MAX_RULES, PERCENT_RANGE, CompareAt, Guard, Rounding, Rule, RuleErrors
from .numbers import EXACT, HUNDRED, ceiling_of, floor_of, plain
from .texts import check_text

WITHOUT_VALUE = frozenset({Action.TO_COMPARE_AT, Action.FILE})
"""Actions that need no value."""

_MARGIN_END = HUNDRED
"""A margin of the whole price would need a price without end."""


def check_rules(
    rules: Sequence[Rule | None], *, digits: int = 2, findings: Findings | None = None
) -> None:
    """Raise :class:`RuleErrors` with everything that is wrong in these rules.

    ``digits``: decimals of the currency. ``findings``: what a reader found already, with None in
    place of the rules that it could not read.
    """
    findings = Findings(RuleErrors) if findings is None else findings
    if not 1 <= len(rules) <= MAX_RULES:
        findings.add("", f"Enter 1 to {MAX_RULES} rules.")
    with localcontext(EXACT):
        for position, rule in enumerate(rules):
            if rule is not None:
                _RuleCheck(findings, str(position), digits).check(rule)
    _check_reach(findings, rules)
    findings.raise_if_any()


def _check_reach(findings: Findings, rules: Sequence[Rule | None]) -> None:
    """Find rules that stand below one that always applies."""
    always: int | None = None
    for position, rule in enumerate(rules):
        place = f"{position}.when"
        if rule is None or findings.under(place):
            continue
        if always is not None:
            findings.add(
                place,
                f"This rule is never reached, as rule {always + 1} always applies: "
                f"move it above rule {always + 1}, or give that one conditions.",
            )
        elif not rule.when.items:
            always = position


class _RuleCheck:
    """The check of one rule at its place in the document."""

    def __init__(self, findings: Findings, place: str, digits: int) -> None:
        self._findings = findings
        self._place = place
        self._digits = digits

    def check(self, rule: Rule) -> None:
        place = self._place
        if rule.name:
            check_text(self._findings, f"{place}.name", rule.name)
        check_when(self._findings, f"{place}.when", rule.when, self._digits)
        self._action(f"{place}.action.value", rule)
        self._compare_at(f"{place}.compare_at.value", rule.compare_at)
        self._rounding(f"{place}.rounding", rule.rounding)
        self._guards(f"{place}.guards", rule.guards)
        self._together(rule)

    def _action(self, place: str, rule: Rule) -> None:
        findings, value = self._findings, rule.value
        if rule.action in WITHOUT_VALUE:
            if value is not None:
                findings.add(place, "Leave the value out: this action needs none.")
            return
        if value is None:
            findings.add(place, "Enter a value: this action needs one.")
            return
        low, high = PERCENT_RANGE
        match rule.action:
            case Action.SET:
                check_amount(findings, place, value, self._digits)
            case Action.AMOUNT:
                check_amount(findings, place, value, self._digits, low=-MAX_PRICE)
            case Action.MARGIN:
                check_percent(findings, place, value, Decimal(0), _MARGIN_END, below=True)
            case _:
                check_percent(findings, place, value, low, high)

    def _compare_at(self, place: str, compare_at: CompareAt) -> None:
        findings, value = self._findings, compare_at.value
        if compare_at.kind != CompareAtAction.SET:
            if value is not None:
                findings.add(place, "Leave the value out: only “set” takes one.")
        elif value is None:
            findings.add(place, "Enter the compare-at price to set.")
        elif not value:
            findings.add(place, "Enter a compare-at price above 0, or choose “clear”.")
        else:
            check_amount(findings, place, value, self._digits)

    def _rounding(self, place: str, rounding: Rounding) -> None:
        findings = self._findings
        unit = Decimal(1).scaleb(-self._digits)
        check_amount(findings, f"{place}.step", rounding.step, self._digits, low=unit)
        check_amount(findings, f"{place}.ending", rounding.ending, self._digits)
        if not findings.under(place) and rounding.ending >= rounding.step:
            findings.add(
                f"{place}.ending",
                f"Enter an ending below the step, {plain(rounding.step)}.",
            )

    def _guards(self, place: str, guards: Sequence[Guard]) -> None:
        findings = self._findings
        seen: set[GuardKind] = set()
        for index, guard in enumerate(guards):
            if findings.under(f"{place}.{index}"):
                continue
            if guard.kind in seen:
                findings.add(f"{place}.{index}.kind", "Leave it out: a rule has one of each kind.")
            seen.add(guard.kind)
            value = f"{place}.{index}.value"
            match guard.kind:
                case GuardKind.FLOOR | GuardKind.CEILING:
                    check_amount(findings, value, guard.value, self._digits)
                case GuardKind.MIN_MARGIN:
                    zero = Decimal(0)
                    check_percent(findings, value, guard.value, zero, _MARGIN_END, below=True)
                case GuardKind.MAX_CHANGE:
                    check_percent(
                        findings, value, guard.value, Decimal(0), PERCENT_RANGE[1], above=True
                    )

    def _together(self, rule: Rule) -> None:
        """Find limits that leave no price, or none that the rule could give."""
        place, findings = self._place, self._findings
        if findings.under(f"{place}.guards"):
            return
        limits = {
            guard.kind: (index, guard.value)
            for index, guard in enumerate(rule.guards)
            if guard.kind in (GuardKind.FLOOR, GuardKind.CEILING)
        }
        if not limits:
            return
        floor = limits[GuardKind.FLOOR][1] if GuardKind.FLOOR in limits else Decimal(0)
        ceiling = limits[GuardKind.CEILING][1] if GuardKind.CEILING in limits else MAX_PRICE
        last = max(index for index, _ in limits.values())
        last_place = f"{place}.guards.{last}.value"
        if floor > ceiling:
            is_floor = rule.guards[last].kind == GuardKind.FLOOR
            findings.add(
                last_place,
                f"Enter a floor of at most the ceiling, {plain(ceiling)}."
                if is_floor
                else f"Enter a ceiling of at least the floor, {plain(floor)}.",
            )
        elif not findings.under(f"{place}.rounding") and not _has_price(
            rule.rounding, floor, ceiling
        ):
            findings.add(
                last_place,
                f"Move this limit or change the rounding: no price that it allows lies between "
                f"{plain(floor)} and {plain(ceiling)}.",
            )
        elif (
            rule.action == Action.SET
            and rule.value is not None
            and not findings.under(f"{place}.action")
            and not floor <= rule.value <= ceiling
        ):
            findings.add(
                f"{place}.action.value",
                f"Enter at least the floor, {plain(floor)}."
                if rule.value < floor
                else f"Enter at most the ceiling, {plain(ceiling)}.",
            )


def _has_price(rounding: Rounding, floor: Decimal, ceiling: Decimal) -> bool:
    first = ceiling_of(floor - rounding.ending, rounding.step)
    last = floor_of(ceiling - rounding.ending, rounding.step)
    return first <= last
