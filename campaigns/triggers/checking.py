"""Whether triggers can be meant: every impossibility is found here, whoever wrote them."""

from collections.abc import Sequence
from decimal import Decimal

from foundation.findings import Findings
from pricing.api import plain

from .contracts import (
    HOLD_HOURS,
    MAX_STOCK,
    MAX_TRIGGERS,
    PERCENT_END,
    WINDOW_HOURS,
    Always,
    BackInStock,
    ByHand,
    Direction,
    OutOfStock,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
)
from .words import trigger_words

PERCENT_DIGITS = 6
"""Decimals of a percentage."""

_HUNDRED = Decimal(100)
_LOCATION_END = 2**63
_WOULD_BE_OFF = "otherwise it would be off as soon as it is on"


def check_triggers(triggers: Sequence[Trigger | None], *, findings: Findings | None = None) -> None:
    """Raise :class:`TriggerErrors` with everything that is wrong in these triggers.

    ``findings``: what a reader found already, with None in place of those it could not read.
    """
    findings = Findings(TriggerErrors) if findings is None else findings
    if not 1 <= len(triggers) <= MAX_TRIGGERS:
        findings.add("", f"Enter 1 to {MAX_TRIGGERS} triggers.")
    for position, trigger in enumerate(triggers):
        if trigger is not None:
            _TriggerCheck(findings, str(position)).check(trigger)
    _check_together(findings, triggers)
    findings.raise_if_any()


def _check_together(findings: Findings, triggers: Sequence[Trigger | None]) -> None:
    """Find triggers that change nothing beside another one."""
    known = [
        (position, trigger)
        for position, trigger in enumerate(triggers)
        if trigger is not None and not findings.under(str(position))
    ]
    always = next((place for place, each in known if isinstance(each, Always)), None)
    said: dict[str, int] = {}
    for position, trigger in known:
        # Two that read the same are the same, however their margins are spelled.
        first = said.setdefault(trigger_words(trigger), position)
        if first != position:
            findings.add(str(position), f"Leave it out: it says the same as trigger {first + 1}.")
        elif always not in (None, position):
            findings.add(
                str(position),
                f"Leave this one or trigger {(always or 0) + 1} out: that one holds from start to "
                "end, so this one changes nothing.",
            )


class _TriggerCheck:
    """The check of one trigger at its place in the document."""

    def __init__(self, findings: Findings, place: str) -> None:
        self._findings = findings
        self._place = place

    def check(self, trigger: Trigger) -> None:
        match trigger:
            case Always() | ByHand():
                return
            case StockBelow() | StockAbove():
                self._whole("threshold", trigger.threshold, (-MAX_STOCK, MAX_STOCK))
                self._off_stock(trigger, trigger.threshold)
            case OutOfStock():
                self._off_stock(trigger, 0)
            case StockChange():
                self._whole("hours", trigger.hours, WINDOW_HOURS, of=" of hours")
                self._percentages(trigger)
            case BackInStock():
                self._whole("hold", trigger.hold, HOLD_HOURS, of=" of hours")
        if trigger.location is not None and not 0 < trigger.location < _LOCATION_END:
            self._add("location", "Enter the number of a location.")

    def _off_stock(self, trigger: StockBelow | StockAbove | OutOfStock, on_at: int) -> None:
        self._whole("margin", trigger.margin, (0, MAX_STOCK))
        if trigger.off is not None:
            self._whole("off", trigger.off, (-MAX_STOCK, MAX_STOCK))
        self._one_off(trigger)
        if self._findings.under(self._place):
            return
        above = isinstance(trigger, StockAbove)
        if trigger.off is None:
            if abs(trigger.off_at) > MAX_STOCK:
                room = MAX_STOCK + on_at if above else MAX_STOCK - on_at
                self._add("margin", f"Enter at most {room:,}: otherwise it would never go off.")
        elif above and trigger.off > on_at:
            self._add("off", f"Enter at most {on_at:,}: {_WOULD_BE_OFF}.")
        elif not above and trigger.off < on_at:
            self._add("off", f"Enter at least {on_at:,}: {_WOULD_BE_OFF}.")

    def _percentages(self, trigger: StockChange) -> None:
        self._percent("percent", trigger.percent)
        if trigger.off is not None:
            self._percent("off", trigger.off)
        if trigger.margin:
            self._percent("margin", trigger.margin)
        self._one_off(trigger)
        if self._findings.under(self._place):
            return
        percent = plain(trigger.percent)
        if trigger.direction is Direction.FALL and trigger.percent > _HUNDRED:
            self._add("percent", "Enter at most 100: no stock falls by more than all of it.")
        elif trigger.margin >= trigger.percent:
            self._add("margin", f"Enter less than {percent}: otherwise it would never go off.")
        elif trigger.off is not None and trigger.off > trigger.percent:
            self._add("off", f"Enter at most {percent}: {_WOULD_BE_OFF}.")

    def _one_off(self, trigger: StockBelow | StockAbove | OutOfStock | StockChange) -> None:
        if trigger.off is not None and trigger.margin:
            self._add("margin", "Leave the margin out: “off” says when it goes off.")

    def _whole(self, key: str, value: int, ends: tuple[int, int], *, of: str = "") -> None:
        low, high = ends
        if not low <= value <= high:
            self._add(key, f"Enter a whole number{of} from {low:,} to {high:,}.")

    def _percent(self, key: str, value: Decimal) -> None:
        if not value.is_finite() or not 0 < value <= PERCENT_END:
            self._add(key, f"Enter a percentage above 0 and at most {PERCENT_END:,f}.")
        elif _decimals(value) > PERCENT_DIGITS:
            self._add(key, f"Enter at most {PERCENT_DIGITS} decimals.")

    def _add(self, key: str, sentence: str) -> None:
        self._findings.add(f"{self._place}.{key}", sentence)


def _decimals(number: Decimal) -> int:
    return len(plain(number).partition(".")[2])
