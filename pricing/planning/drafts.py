"""A row of a plan before it has a position, with what a person should look at in it."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pricing.contracts import BaseChange, Price
from pricing.enums import GuardKind, PlanWarning, SkipReason

BIG_CHANGE = Decimal(50)
"""Percent from which a change is called big."""

_GRAVITY = 1_000_000
_MOST_CHANGE = _GRAVITY - 1
_HUNDRED = Decimal(100)
# By bit, so that no enum is asked for each of a million rows.
_WEIGHTS = tuple((each.bit, len(PlanWarning) - place) for place, each in enumerate(PlanWarning))


@dataclass(frozen=True, slots=True)
class Draft:
    """One variant of a plan.

    ``before`` and ``target`` are what the shop shows; ``base`` is the merchant's own price where a
    campaign covers the variant. ``rule`` is the position of the rule that decided, ``layer_ref``
    the campaign whose price the target is, or, of a campaign's job, whose move it follows.
    """

    variant_id: UUID
    variant_vendor_id: int
    product_vendor_id: int
    before: Price
    target: Price | None
    skip: SkipReason | None
    base: BaseChange | None = None
    cost: Decimal | None = None
    stock: int | None = None
    rule: int | None = None
    held_by: GuardKind | None = None
    layer_ref: UUID | None = None
    other_job: bool = False
    edited_lately: bool = False

    @property
    def own_before(self) -> Price:
        """The merchant's own price before."""
        return self.base.before if self.base else self.before

    @property
    def own_target(self) -> Price | None:
        """The merchant's own price after; None when the variant is left alone."""
        return self.base.target if self.base else self.target

    @property
    def percent(self) -> Decimal | None:
        """How much the merchant's own price changes, in percent; None from a price of 0."""
        before, target = self.own_before, self.own_target
        if target is None or not before.price:
            return None
        return (target.price - before.price) * _HUNDRED / before.price


def warnings_of(draft: Draft) -> int:
    """Return the bits of what a person should look at (``enums.PlanWarning``)."""
    target = draft.target
    if target is None:
        return 0
    percent = draft.percent
    return (
        (target.price == 0 and draft.before.price != 0) * _TO_ZERO
        | (draft.cost is not None and target.price < draft.cost) * _BELOW_COST
        | draft.other_job * _OTHER_JOB
        | (percent is None or abs(percent) >= BIG_CHANGE) * _BIG_CHANGE
        | draft.edited_lately * _EDITED_LATELY
        | (target.compare_at is not None and target.compare_at <= target.price) * _NO_SALE
        | (draft.base is not None) * _UNDER_CAMPAIGN
    )


_TO_ZERO = PlanWarning.TO_ZERO.bit
_BELOW_COST = PlanWarning.BELOW_COST.bit
_OTHER_JOB = PlanWarning.OTHER_JOB.bit
_BIG_CHANGE = PlanWarning.BIG_CHANGE.bit
_EDITED_LATELY = PlanWarning.EDITED_LATELY.bit
_NO_SALE = PlanWarning.NO_SALE_SHOWN.bit
_UNDER_CAMPAIGN = PlanWarning.UNDER_CAMPAIGN.bit

FIRST_WARNED = _GRAVITY
"""Rows with a warning have a risk of at least this."""


def risk_of(draft: Draft, warnings: int) -> int:
    """Return where a row stands when the riskiest come first; -1 for one that is left alone.

    The gravest warning counts most, then the size of the change in hundredths of a percent.
    """
    if draft.target is None:
        return -1
    gravity = next((weight for bit, weight in _WEIGHTS if warnings & bit), 0)
    percent = draft.percent
    change = _MOST_CHANGE if percent is None else min(_MOST_CHANGE, int(abs(percent) * _HUNDRED))
    return gravity * _GRAVITY + change
