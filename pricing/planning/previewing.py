"""What a plan would come to, without a job: nothing is stored."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .drafts import Draft, risk_of, warnings_of
from .sums import PlanSums
from .writer import by_product


@dataclass(frozen=True, slots=True)
class Sample:
    """A draft that is shown, with the bits of its warnings."""

    draft: Draft
    warnings: int
    risk: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What drafts come to (as ``PricingJob.plan_facts``), and the riskiest of them."""

    facts: dict[str, Any]
    sample: tuple[Sample, ...]


def preview_of(drafts: Iterable[Draft], *, sample: int) -> Preview:
    """Add drafts up as a plan's would be; keeps no more of them than are shown."""
    sums = PlanSums()
    riskiest = heapq.nlargest(sample, _counted(drafts, sums), key=lambda each: each.risk)
    return Preview(sums.facts(), tuple(riskiest))


def _counted(drafts: Iterable[Draft], sums: PlanSums) -> Iterator[Sample]:
    for product in by_product(drafts):
        sums.open_product()
        for draft in product:
            warnings = warnings_of(draft)
            sums.add(draft, warnings)
            yield Sample(draft, warnings, risk_of(draft, warnings))
