"""Values the rule language speaks. They say what is meant; ``checking`` says whether it can be."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from foundation.findings import DocumentErrors
from pricing.contracts import Price
from pricing.enums import (
    Action,
    CompareAtAction,
    GuardKind,
    GuardMode,
    RoundingDirection,
    SkipReason,
)

from .fields import Field, Match, Op

MAX_RULES = 20
MAX_CONDITIONS = 20
"""In one group."""
MAX_VALUES = 200
"""In one list of texts."""
MAX_TEXT = 200
MAX_DAYS = 36_500
PERCENT_RANGE = (Decimal(-100), Decimal(10_000))

_NOWHERE: Mapping[int, int] = MappingProxyType({})


class RuleErrors(DocumentErrors):
    """Rules that cannot be meant, by place: ``0.when.items.1.value`` is one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may ask of a variant; None is "not known".

    ``price`` and ``compare_at`` are the merchant's own, whatever a campaign shows above them.
    ``stock`` is the sum over locations, ``levels`` what is available by the vendor's id of the
    location. ``file_*`` are the values of an uploaded price list. Times carry their zone.
    """

    price: Decimal
    compare_at: Decimal | None = None
    cost: Decimal | None = None
    stock: int | None = None
    levels: Mapping[int, int] = field(default_factory=lambda: _NOWHERE)
    vendor: str = ""
    product_type: str = ""
    title: str = ""
    variant_title: str = ""
    sku: str = ""
    status: str = "active"
    tags: Sequence[str] = ()
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    file_price: Decimal | None = None
    file_compare_at: Decimal | None = None


class Range(NamedTuple):
    """Two numbers and all between them."""

    low: Decimal
    high: Decimal


ConditionValue = Decimal | Range | str | tuple[str, ...] | dt.date | int | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One question. What ``value`` must be follows from field and question (``fields.entry_of``).

    Number: ``Decimal``; between: a :class:`Range`; in: texts; before, after: a date;
    older, newer: days as ``int``; known, unknown: None. ``location`` is the vendor's id, for
    ``stock_at`` only.
    """

    field: Field
    op: Op
    value: ConditionValue = None
    location: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that must hold together, or one of which must.

    A group inside a rule's group holds conditions only. A rule's group without any always holds.
    """

    match: Match = Match.ALL
    items: "tuple[Condition | Group, ...]" = ()

    def conditions(self) -> Iterator[Condition]:
        """Yield all conditions, those of groups inside, too."""
        for item in self.items:
            if isinstance(item, Condition):
                yield item
            else:
                yield from item.conditions()


ALWAYS = Group()


@dataclass(frozen=True, slots=True)
class CompareAt:
    """What becomes of the compare-at price; ``value`` for SET only.

    OLD_PRICE: the price before, when the new one is lower; else it stays. FILE: the uploaded
    list's, where it has one; else it stays.
    """

    kind: CompareAtAction = CompareAtAction.KEEP
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rounding:
    """Prices allowed are ``ending + k * step`` for every whole k from 0 on.

    ".99" is step 1 and ending 0.99; "9.99" is step 10 and ending 9.99; "to five cents" is step
    0.05. A tie of NEAREST goes up.
    """

    step: Decimal = Decimal("0.01")
    ending: Decimal = Decimal(0)
    direction: RoundingDirection = RoundingDirection.NEAREST


@dataclass(frozen=True, slots=True)
class Guard:
    """A limit that no price given by the rule ever breaks.

    ``value``: an amount (FLOOR, CEILING), percent of the price (MIN_MARGIN) or of the price before
    (MAX_CHANGE). ``otherwise``: a price that breaks it is moved inside or the variant left alone.
    """

    kind: GuardKind
    value: Decimal
    otherwise: GuardMode = GuardMode.CLAMP


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it applies, what it does to the price, and how far it may go.

    ``value``: an amount (SET, AMOUNT) or percent (PERCENT, MARGIN, MARKUP, FROM_COMPARE_AT), None
    for the others. At most one guard of a kind.
    """

    action: Action
    value: Decimal | None = None
    name: str = ""
    when: Group = ALWAYS
    compare_at: CompareAt = field(default_factory=CompareAt)
    rounding: Rounding = field(default_factory=Rounding)
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a set of rules makes of a variant: a target, or the reason why there is none.

    ``rule`` is the position, from 1, of the rule that decided. ``held_by`` is the guard that moved
    the price; it is said also where the price it was moved to is the one the variant has.
    """

    target: Price | None
    skip: SkipReason | None
    rule: int | None = None
    held_by: GuardKind | None = None


def asks_for_levels(rules: Iterable[Rule]) -> bool:
    """Tell whether these rules need ``Facts.levels``."""
    return any(
        condition.field == Field.STOCK_AT for rule in rules for condition in rule.when.conditions()
    )


def asks_for_stock(rules: Iterable[Rule]) -> bool:
    """Tell whether a condition of these rules is about stock, in total or at a location."""
    return any(
        condition.field in (Field.STOCK, Field.STOCK_AT)
        for rule in rules
        for condition in rule.when.conditions()
    )


def asks_for_file(rules: Iterable[Rule]) -> bool:
    """Tell whether these rules need ``Facts.file_price`` or ``Facts.file_compare_at``."""
    return any(
        rule.action == Action.FILE or rule.compare_at.kind == CompareAtAction.FILE for rule in rules
    )


def default_step(digits: int) -> Decimal:
    """Return the step of a rule that says nothing of rounding: a cent, where there are cents."""
    return Decimal(1).scaleb(-min(digits, 2))
