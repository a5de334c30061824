"""Decide what becomes of planned rows by what the shop shows now. Writes nothing, here or abroad.

A price that is neither what the plan expected nor what it wants was changed by somebody since:
the job's policy says whether theirs is kept, the rules are worked out again from it, or the
planned price is written over it. What became of an earlier write of our own is no question of
policy: it is told by what is there (house law 2).
"""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone

from catalog_sync.api import Selection, variants_matching
from connectors.shopify.api import LivePrice

from . import recording
from .contracts import PlannedRow, Price, Settled
from .enums import ConflictPolicy, JobKind, Outcome, SkipReason
from .facts import priced, read_facts
from .locks import locked_among
from .models import PricingJob
from .planning import rules_of
from .queries.rows import changed_by_jobs
from .rules import Evaluation, compile_rules

# A read older than this is taken again before the next product is written.
FRESH_SECONDS = 2.0

CHANGED_SINCE = "Changed in the shop since the plan; that price was kept."
CHANGED_BY_JOB = "Price job “{}” changed it since the plan; its price was kept."
CHANGED_WHILE = "Changed in the shop while it was being written; that price was kept."
GONE = "The variant is no longer in the shop."
READ_BACK = "Shopify's answer was lost; reading back showed the new price."
BASE_NOTED = "Its own price was changed; what the shop shows is the campaign's and stays."


@dataclass(frozen=True, slots=True)
class Reading:
    """Live prices, with the moment before they were read by this process and by the database."""

    prices: Mapping[int, LivePrice | None]
    at: float
    since: dt.datetime

    @property
    def fresh(self) -> bool:
        """Whether the prices may still be written by."""
        return time.monotonic() - self.at < FRESH_SECONDS


@dataclass(frozen=True, slots=True)
class Decided:
    """Rows that have ended, and rows to write with their own before and target."""

    settled: list[Settled]
    writable: list[PlannedRow]


def decide(job: PricingJob, rows: Sequence[PlannedRow], reading: Reading) -> Decided:
    """Split rows into those that have ended and those to write, by their live price."""
    settled: list[Settled] = []
    writable: list[PlannedRow] = []
    changed: list[tuple[PlannedRow, Price]] = []
    for row in rows:
        live = reading.prices.get(row.variant_vendor_id)
        if live is None:
            settled.append(Settled(row, Outcome.FAILED, GONE))
            continue
        now = Price(live.price, live.compare_at)
        if row.intended:
            resolved = resolve(row, now, live)
            if resolved is None:
                writable.append(row)
            else:
                settled.append(resolved)
        elif now == row.target:
            settled.append(_already(row, now))
        elif now == row.before:
            writable.append(row)
        else:
            changed.append((row, now))
    _treat_changed(job, changed, settled, writable)
    return Decided(*_without_locked(job, settled, writable))


def _already(row: PlannedRow, now: Price) -> Settled:
    """The shop shows the target: nothing to write. Under a campaign the own price still moves."""
    if row.base is not None and row.base.before != row.base.target:
        return Settled(replace(row, before=now), Outcome.APPLIED, BASE_NOTED)
    return Settled(row, Outcome.UNCHANGED, "It had this price already.", found=now)


def resolve(row: PlannedRow, now: Price, live: LivePrice) -> Settled | None:
    """Tell what became of an earlier write; None: it never happened and may be done now."""
    if now == row.target:
        return Settled(row, Outcome.APPLIED, READ_BACK, written_updated_at=live.updated_at)
    if row.echoed_at is not None:
        return Settled(row, Outcome.APPLIED, recording.ECHOED, written_updated_at=row.echoed_at)
    if now == row.before:
        return None
    return Settled(row, Outcome.CONFLICT, CHANGED_WHILE, found=now)


def _treat_changed(
    job: PricingJob,
    changed: Sequence[tuple[PlannedRow, Price]],
    settled: list[Settled],
    writable: list[PlannedRow],
) -> None:
    """Treat rows whose price somebody changed after the plan, by the job's policy."""
    # A way back never writes over what came later.
    policy = ConflictPolicy(job.conflict_policy)
    if job.kind != JobKind.MANUAL:
        policy = ConflictPolicy.SKIP
    if policy is ConflictPolicy.OVERWRITE:
        writable.extend(replace(row, before=now) for row, now in changed)
        return
    kept = list(changed)
    if policy is ConflictPolicy.RECOMPUTE:
        # Under a campaign the shown price is the layer's, and the rules speak of the own one.
        kept = [(row, now) for row, now in changed if row.base is not None]
        again = [(row, now) for row, now in changed if row.base is None]
        results = _evaluated_again(job, {row.variant_id: now for row, now in again})
        for row, now in again:
            result = results.get(row.variant_id)
            if result is None:
                settled.append(Settled(row, Outcome.FAILED, GONE, found=now))
            elif result.target is not None:
                writable.append(replace(row, before=now, target=result.target))
            else:
                settled.append(_not_again(row, now, result))
    names = changed_by_jobs({row.variant_id: now for row, now in kept})
    for row, now in kept:
        name = names.get(row.variant_id)
        reason = CHANGED_SINCE if name is None else CHANGED_BY_JOB.format(name)
        settled.append(Settled(row, Outcome.CONFLICT, reason, found=now))


def _not_again(row: PlannedRow, now: Price, result: Evaluation) -> Settled:
    if result.skip is SkipReason.NO_CHANGE:
        return Settled(row, Outcome.UNCHANGED, "It had this price already.", found=now)
    return Settled(row, Outcome.SKIPPED, str(result.skip), found=now)


def _evaluated_again(job: PricingJob, live: Mapping[UUID, Price]) -> dict[UUID, Evaluation]:
    """Work the job's rules out from live prices; everything else is as the mirror knows it."""
    if not live:
        return {}
    rules = rules_of(job)
    evaluate = compile_rules(rules, now=timezone.now())
    rows = variants_matching(job.shop_id, Selection(variant_ids=tuple(live)))
    return {
        row.variant_id: evaluate(priced(row.facts, live[row.variant_id]))
        for row in read_facts(rows, rules, price_file_id=job.price_file_id)
    }


def _without_locked(
    job: PricingJob, settled: list[Settled], writable: list[PlannedRow]
) -> tuple[list[Settled], list[PlannedRow]]:
    """Leave alone what was locked after the plan was made."""
    locked = locked_among(job.shop_id, [row.variant_id for row in writable])
    if not locked:
        return settled, writable
    settled += [
        Settled(row, Outcome.SKIPPED, str(SkipReason.LOCKED))
        for row in writable
        if row.variant_id in locked
    ]
    return settled, [row for row in writable if row.variant_id not in locked]
