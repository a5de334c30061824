"""Reads of plans: their rows and what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.db.models import BooleanField, F, Func, OuterRef, QuerySet, Subquery

from catalog_sync.api import variants_found
from pricing.enums import FINISHED, GuardKind, PlanWarning, SkipReason
from pricing.models import (
    AuditTrailEntry,
    PlannedChange,
    PriceLayer,
    PricingJob,
    ProcessingResult,
)
from pricing.planning import EDGES, FIRST_WARNED


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the distribution of changes: above ``low`` up to ``high`` percent."""

    low: int | None
    high: int | None
    count: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What a plan comes to, of the merchant's own prices; amounts in the shop's currency.

    ``steepest_*`` are percent, None when no price rises or falls. Margins are sums over the
    ``with_cost`` rows whose cost is known. ``given_away`` is what the falls cost on the stock at
    hand.
    """

    changes: int
    products: int
    rises: int
    falls: int
    same_price: int
    average: Decimal | None
    average_percent: Decimal | None
    steepest_rise: Decimal | None
    steepest_fall: Decimal | None
    sum_before: Decimal
    sum_after: Decimal
    with_cost: int
    margin_before: Decimal
    margin_after: Decimal
    given_away: Decimal
    skips: tuple[tuple[SkipReason, int], ...]
    warnings: tuple[tuple[PlanWarning, int], ...]
    held: tuple[tuple[GuardKind, int], ...]
    rules: tuple[tuple[int, int], ...]
    bars: tuple[Bar, ...]

    @property
    def skipped(self) -> int:
        """Rows that the plan leaves alone."""
        return sum(count for _, count in self.skips)

    @property
    def to_zero(self) -> int:
        """Prices that would become 0."""
        return dict(self.warnings).get(PlanWarning.TO_ZERO, 0)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Read what ``planning.sums`` added up."""
        changes = facts.get("changes", 0)
        before, after = _amount(facts, "sum_before"), _amount(facts, "sum_after")
        skips = ((SkipReason(name), count) for name, count in facts.get("skips", {}).items())
        counted = facts.get("warnings", {})
        return cls(
            changes=changes,
            products=facts.get("products", 0),
            rises=facts.get("rises", 0),
            falls=facts.get("falls", 0),
            same_price=facts.get("same_price", 0),
            average=(after - before) / changes if changes else None,
            average_percent=_maybe(facts, "average_percent"),
            steepest_rise=_maybe(facts, "steepest_rise"),
            steepest_fall=_maybe(facts, "steepest_fall"),
            sum_before=before,
            sum_after=after,
            with_cost=facts.get("with_cost", 0),
            margin_before=_amount(facts, "margin_before"),
            margin_after=_amount(facts, "margin_after"),
            given_away=_amount(facts, "given_away"),
            skips=tuple(sorted(skips, key=lambda each: -each[1])),
            # In the order of gravity.
            warnings=tuple((each, counted[each]) for each in PlanWarning if each in counted),
            held=tuple((GuardKind(name), count) for name, count in facts.get("held", {}).items()),
            rules=tuple((int(rule), count) for rule, count in facts.get("rules", {}).items()),
            bars=_bars(facts.get("bars", [])),
        )


def _amount(facts: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(facts.get(name) or 0)


def _maybe(facts: Mapping[str, Any], name: str) -> Decimal | None:
    return None if facts.get(name) is None else Decimal(facts[name])


def _bars(counts: list[int]) -> tuple[Bar, ...]:
    edges = (None, *EDGES, None)
    return tuple(
        Bar(low, high, count)
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=False)
    )


def plan_summary(job: PricingJob) -> PlanSummary:
    """Return what a job's plan comes to; no query: it was added up while the plan was made."""
    return PlanSummary.of(job.plan_facts)


# The gravity of a row is that of its gravest warning, so rows with this one begin there.
_LEAST_RISK = {
    each: FIRST_WARNED * (len(PlanWarning) - place) for place, each in enumerate(PlanWarning)
}


def plan_rows(
    job: PricingJob, shown: str = "", rule: int | None = None, text: str = ""
) -> QuerySet[PlannedChange]:
    """Return a plan's rows with variant, product and ``campaign``: whose layer is on top now.

    ``shown``: everything, ``changes``, of one skip reason, or with one warning (its name).
    ``rule``: those that the rule at this position decided. ``text``: a SKU, or words of a title.
    """
    on_it: Func = Func(
        F("pk"),
        OuterRef("variant__covered__stack"),
        arg_joiner=" = ANY(",
        template="(%(expressions)s))",
        output_field=BooleanField(),
    )
    top = PriceLayer.objects.filter(on_it).order_by("-priority", "created_at", "-pk")
    rows = (
        PlannedChange.objects.filter(job=job)
        .select_related("variant__product", "variant__covered")
        .annotate(campaign=Subquery(top.values("name")[:1]))
    )
    if rule is not None:
        rows = rows.filter(rule=rule)
    if text:
        rows = rows.filter(variant_id__in=variants_found(job.shop_id, text).values("pk"))
    if shown == "changes":
        return rows.filter(skip="")
    if shown in PlanWarning.values:
        warning = PlanWarning(shown)
        # Warned rows come first by risk, so the index leads to them.
        rows = rows.filter(risk__gte=_LEAST_RISK[warning])
        return rows.alias(flag=F("warnings").bitand(warning.bit)).filter(flag__gt=0)
    return rows.filter(skip=shown) if shown in SkipReason.values else rows


def others_open(job: PricingJob, variant_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return which of these variants are in another open job's plan too: by that job's name."""
    rows = PlannedChange.objects.filter(
        variant_id__in=variant_ids, skip="", job__shop_id=job.shop_id
    )
    open_jobs = rows.exclude(job=job).exclude(job__state__in=FINISHED)
    return dict(open_jobs.order_by("job__created_at").values_list("variant_id", "job__name"))


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """A price that a way back leaves alone, because somebody changed it after the job.

    ``before``: what it was before the job; ``ours``: what the job set; ``now``: what was there
    when the way back was planned. ``entry`` is the ledger's last word on it; None where that is
    still the job's own.
    """

    row: PlannedChange
    before: Decimal | None
    ours: Decimal | None
    now: Decimal
    entry: AuditTrailEntry | None


def kept_edits(job: PricingJob, *, limit: int) -> list[KeptEdit]:
    """Return what a way back keeps of others' edits, in the plan's order. Three queries."""
    rows = list(plan_rows(job, SkipReason.EDITED_SINCE).order_by("position")[:limit])
    ids = [row.variant_id for row in rows]
    written = {
        each.variant_id: each
        for each in ProcessingResult.objects.filter(job_id=job.rollback_of_id, variant_id__in=ids)
    }
    last = (
        AuditTrailEntry.objects.filter(variant_id__in=ids)
        .order_by("variant_id", "-pk")
        .distinct("variant_id")
        .select_related("actor", "job")
    )
    entries = {each.variant_id: each for each in last if each.job_id != job.rollback_of_id}
    return [_kept(row, written.get(row.variant_id), entries.get(row.variant_id)) for row in rows]


def _kept(
    row: PlannedChange, result: ProcessingResult | None, entry: AuditTrailEntry | None
) -> KeptEdit:
    covered = getattr(row.variant, "covered", None)
    now = row.before_price if covered is None else covered.base_price
    if result is None:
        return KeptEdit(row, None, None, now, entry)
    if result.base_target_price is not None:
        return KeptEdit(row, result.base_before_price, result.base_target_price, now, entry)
    return KeptEdit(row, result.before_price, result.target_price, now, entry)
