"""Values the app speaks. Money is ``Decimal`` in the shop's currency."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .enums import Action, Outcome, SkipReason

# Shopify takes prices of 0 <= price < 1e18 (contract §4.1); the columns hold that.
MAX_PRICE = Decimal("999999999999999999.99")
PERCENT_RANGE = (Decimal(-100), Decimal(10_000))


class PriceRuleError(ValueError):
    """A rule that cannot be meant. ``field`` is the input to correct."""

    def __init__(self, field: str, message: str) -> None:
        """``message`` says what to enter instead."""
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Price:
    """A price and its compare-at price (None: no sale shown)."""

    price: Decimal
    compare_at: Decimal | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: an action, then rounding to a step, then a floor.

    ``value``: the amount to set or add (may be negative), or percent (-100 … 10,000).
    ``step``: prices are rounded half up to a multiple of it. ``floor``: never go below; a price
    that rounding would bring under the floor is rounded up from the floor instead.
    """

    action: Action
    value: Decimal
    step: Decimal = Decimal("0.01")
    floor: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, at the field.

        Raises :class:`PriceRuleError`.
        """
        for name in ("value", "step", "floor"):
            amount = getattr(self, name)
            if amount is not None and (not amount.is_finite() or abs(amount) > MAX_PRICE):
                raise PriceRuleError(name, "Enter an ordinary number.")
        if self.action is Action.SET and self.value < 0:
            raise PriceRuleError("value", "A price cannot be below zero.")
        low, high = PERCENT_RANGE
        if self.action is Action.PERCENT and not low <= self.value <= high:
            raise PriceRuleError("value", "Enter a percentage between -100 and 10,000.")
        if self.step < Decimal("0.01") or self.step % Decimal("0.01"):
            raise PriceRuleError("step", "Enter a step of whole cents, at least 0.01.")
        if self.floor is not None and self.floor < 0:
            raise PriceRuleError("floor", "A floor cannot be below zero.")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a rule makes of a price: a target, or the reason why there is none."""

    target: Price | None
    skip: SkipReason | None


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the plan as the engine needs it, with what an earlier attempt intended."""

    planned_id: int
    variant_id: UUID
    variant_vendor_id: int
    product_vendor_id: int
    before: Price
    target: Price
    intended_before: Price | None
    echoed_at: dt.datetime | None = None
    """When the write happened by the vendor's clock, as its webhook told before its answer did."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of one planned row, to be recorded with its ledger entry."""

    row: PlannedRow
    outcome: Outcome
    reason: str = ""
    found: Price | None = None
    """What is in the shop: before our write (applied) or instead of what we expected."""
    read_updated_at: dt.datetime | None = None
    written_updated_at: dt.datetime | None = None
    vendor_request_id: str = ""
