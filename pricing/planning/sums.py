"""What a plan comes to, added up while it is made: no page has to count a million rows again."""

from bisect import bisect_left
from collections import Counter
from decimal import Decimal
from typing import Any

from pricing.enums import PlanWarning

from .drafts import Draft

EDGES = (-50, -30, -20, -10, -5, 0, 5, 10, 20, 30, 50)
"""Percent at which the bars of the distribution of changes meet.

Bar i holds changes above edge i-1 and up to edge i. Rows whose compare-at alone changes stand in
no bar; they are counted as ``same_price``.
"""

_ZERO = Decimal(0)
_BITS = tuple((each.bit, str(each)) for each in PlanWarning)
_EDGES = tuple(Decimal(edge) for edge in EDGES)


class PlanSums:
    """Adds drafts up. Amounts are in the shop's currency, of the merchant's own prices."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.changes = 0
        self.skips: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._rules: Counter[int] = Counter()
        self._held: Counter[str] = Counter()
        self._bars = [0] * (len(EDGES) + 1)
        self._products = 0
        self._new_product = False
        self._rises = self._falls = self._same = self._from_zero = 0
        self._before = self._after = self._percents = self._given_away = _ZERO
        self._with_cost = 0
        self._margin_before = self._margin_after = _ZERO
        self._steepest_rise: Decimal | None = None
        self._steepest_fall: Decimal | None = None

    def open_product(self) -> None:
        """Say that the next drafts are of another product."""
        self._new_product = True

    def add(self, draft: Draft, warnings: int) -> None:
        """Add one draft with its warnings."""
        if draft.rule is not None:
            self._rules[draft.rule] += 1
        before, after = draft.own_before.price, draft.own_target
        if after is None:
            self.skips[str(draft.skip)] += 1
            return
        self.changes += 1
        self._products += self._new_product
        self._new_product = False
        for bit, name in _BITS:
            if warnings & bit:
                self._warnings[name] += 1
        if draft.held_by is not None:
            self._held[str(draft.held_by)] += 1
        self._before += before
        self._after += after.price
        if draft.cost is not None:
            self._with_cost += 1
            self._margin_before += before - draft.cost
            self._margin_after += after.price - draft.cost
        if after.price < before:
            # Stock that nobody counts is counted as one piece.
            pieces = 1 if draft.stock is None else max(draft.stock, 0)
            self._given_away += (before - after.price) * pieces
        self._add_percent(draft)

    def _add_percent(self, draft: Draft) -> None:
        percent = draft.percent
        if percent is None:
            self._from_zero += 1
            return
        self._percents += percent
        if percent == 0:
            self._same += 1
            return
        self._bars[bisect_left(_EDGES, percent)] += 1
        if percent > 0:
            self._rises += 1
            if self._steepest_rise is None or percent > self._steepest_rise:
                self._steepest_rise = percent
        else:
            self._falls += 1
            if self._steepest_fall is None or percent < self._steepest_fall:
                self._steepest_fall = percent

    def facts(self) -> dict[str, Any]:
        """Return the sums as JSON for ``PricingJob.plan_facts``; decimals are strings."""
        counted = self.changes - self._from_zero
        return {
            "changes": self.changes,
            "products": self._products,
            "skips": dict(self.skips),
            "warnings": dict(self._warnings),
            "rules": {str(rule): count for rule, count in sorted(self._rules.items())},
            "held": dict(self._held),
            "bars": self._bars,
            "rises": self._rises,
            "falls": self._falls,
            "same_price": self._same,
            "sum_before": _text(self._before),
            "sum_after": _text(self._after),
            "average_percent": _text(self._percents / counted) if counted else None,
            "steepest_rise": _text(self._steepest_rise),
            "steepest_fall": _text(self._steepest_fall),
            "with_cost": self._with_cost,
            "margin_before": _text(self._margin_before),
            "margin_after": _text(self._margin_after),
            "given_away": _text(self._given_away),
        }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.4f}"
