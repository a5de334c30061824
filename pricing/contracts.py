"""Values the app speaks. Money is ``Decimal`` in the shop's currency."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .enums import Outcome

# Shopify takes prices of 0 <= price < 1e18 (contract §4.1); the columns hold that.
MAX_PRICE = Decimal("999999999999999999.99")


@dataclass(frozen=True, slots=True)
class Price:
    """A price and its compare-at price (None: no sale shown)."""

    price: Decimal
    compare_at: Decimal | None


@dataclass(frozen=True, slots=True)
class BaseChange:
    """The merchant's own price under a campaign, before and after a job."""

    before: Price
    target: Price


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the plan as the engine needs it, or as an earlier attempt intended it.

    ``before`` and ``target`` are what the shop shows. Once a write is intended they are the
    intent's own: the live price just before the call, and the absolute target.
    """

    planned_id: int
    variant_id: UUID
    variant_vendor_id: int
    product_vendor_id: int
    before: Price
    target: Price
    intended: bool = False
    base: BaseChange | None = None
    """Set where a campaign covers the variant."""
    layer_ref: UUID | None = None
    """The campaign whose price the target is, where the row follows campaigns."""
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
