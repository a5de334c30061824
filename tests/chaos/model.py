"""What must be true in the end, from the sandbox's own record of every effect.

The model knows nothing of our tables' history: it takes the plan, the effects that really
happened in the shop, in order, and says what each row's result, the ledger and the final prices
have to be.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.demo.merchant import Merchant, PriceTag
from foundation.inbox.models import InboxMessage
from foundation.work.models import Job
from pricing.models import AuditTrailEntry, PlannedChange, PricingJob, ProcessingResult


@dataclass(slots=True)
class Verdict:
    """The three counts of a run; ``examples`` names the first few of each."""

    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def blame(self, what: str, example: str) -> None:
        """Count one."""
        setattr(self, what, getattr(self, what) + 1)
        if len(self.examples) < 10:
            self.examples.append(f"{what}: {example}")

    @property
    def ok(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        return not (self.lost or self.doubled or self.wrong)


def _tag(prices: dict[str, Any]) -> PriceTag:
    compare = prices.get("compare_at", prices.get("compare_at_price"))
    return Decimal(prices["price"]), None if compare is None else Decimal(compare)


@dataclass(frozen=True, slots=True)
class _Happened:
    """What really changed in the shop since the confirmation, by variant and in order."""

    ours: dict[int, list[dict[str, Any]]]
    theirs: dict[int, list[dict[str, Any]]]
    last: dict[int, PriceTag]


def _happened(effects: Iterable[dict[str, Any]]) -> _Happened:
    found = _Happened(defaultdict(list), defaultdict(list), {})
    for effect in effects:
        if effect["changed"] and "price" in (effect.get("after") or {}):
            side = found.ours if effect["source"] == "api" else found.theirs
            side[effect["variant_id"]].append(effect)
            found.last[effect["variant_id"]] = _tag(effect["after"])
    return found


def judge_prices(
    verdict: Verdict, job: PricingJob, merchant: Merchant, effects: Iterable[dict[str, Any]]
) -> dict[str, int]:
    """Compare a finished price job with the effects since its confirmation.

    Returns how many rows ended how, by the model.
    """
    there, now = _happened(effects), merchant.prices()
    for vendor_id, last in there.last.items():
        if now[vendor_id] != last:
            verdict.blame("wrong", f"variant {vendor_id} costs {now[vendor_id]}, not {last}")
    results = {
        r.planned_id: r for r in ProcessingResult.objects.filter(job=job).iterator(chunk_size=2000)
    }
    ledger: dict[int | None, list[AuditTrailEntry]] = defaultdict(list)
    for entry in AuditTrailEntry.objects.filter(job=job, layer="base").iterator(chunk_size=2000):
        ledger[entry.result_id].append(entry)
    seen: Counter[str] = Counter()
    for row in PlannedChange.objects.filter(job=job, skip="").iterator(chunk_size=2000):
        result = results.get(row.pk)
        entries = ledger.pop(None if result is None else result.pk, [])
        expected = _judge_row(verdict, row, result, entries, there)
        seen[expected] += 1
    for result_id in ledger:
        verdict.blame("wrong", f"result {result_id} is in the ledger without a change")
    return dict(seen)


def _judge_row(
    verdict: Verdict,
    row: PlannedChange,
    result: ProcessingResult | None,
    entries: list[AuditTrailEntry],
    there: _Happened,
) -> str:
    """Judge one planned row; returns how it has to end by the model."""
    name = f"variant {row.variant_vendor_id}"
    mine = there.ours.get(row.variant_vendor_id, [])
    expected = _expected(row, mine, there.theirs.get(row.variant_vendor_id, []))
    if result is None or result.outcome == "intended":
        verdict.blame("lost", f"{name} has no end")
        return expected
    if len(mine) > 1:
        verdict.blame("doubled", f"{name} was changed {len(mine)} times")
    if result.outcome != expected:
        verdict.blame("wrong", f"{name} is {result.outcome}, should be {expected}")
    if len(entries) != (expected in {"applied", "overwritten"}):
        verdict.blame("wrong", f"{name} has {len(entries)} entries in the ledger")
    for entry in entries:
        wrong = _wrong_entry(row, entry)
        if wrong:
            verdict.blame("wrong", f"{name} in the ledger: {wrong}")
    return expected


def _wrong_entry(row: PlannedChange, entry: AuditTrailEntry) -> str:
    """Say in what a ledger entry differs from the plan's row; empty when in nothing."""
    told = (entry.price_before, entry.compare_at_before, entry.price_after, entry.compare_at_after)
    asked = (row.before_price, row.before_compare_at, row.target_price, row.target_compare_at)
    base = (entry.base_price, entry.base_compare_at)
    if told != asked:
        return f"{told}, planned {asked}"
    return "" if base == asked[2:] else f"its base price is {base}"


def _expected(row: PlannedChange, mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str:
    before = (row.before_price, row.before_compare_at)
    target = (row.target_price, row.target_compare_at)
    if mine:
        # What we wrote over must be what the plan saw; anything else was somebody's edit.
        return "applied" if _tag(mine[0]["before"]) == before else "overwritten"
    if any(_tag(edit["after"]) == target for edit in theirs):
        return "unchanged"
    return "conflict" if theirs else "lost"


def judge_webhooks(verdict: Verdict, deliveries: Iterable[dict[str, Any]]) -> int:
    """Every delivery that we acknowledged is stored once and its jobs are done.

    Returns how many were acknowledged.
    """
    acknowledged = {d["webhook_id"] for d in deliveries if d["status"] == "delivered"}
    stored = Counter(
        InboxMessage.objects.filter(source="shopify").values_list("external_id", flat=True)
    )
    for webhook_id in acknowledged:
        if not stored[webhook_id]:
            verdict.blame("lost", f"webhook {webhook_id} was acknowledged and is not stored")
    for webhook_id, count in stored.items():
        if count > 1:
            verdict.blame("doubled", f"webhook {webhook_id} is stored {count} times")
    for job in Job.objects.exclude(state__in=("done", "cancelled", "queued")):
        if job.state == "running":
            continue
        verdict.blame("lost", f"job {job.name} #{job.pk} is {job.state}: {job.error[:200]}")
    return len(acknowledged)


def judge_stock(verdict: Verdict, merchant: Merchant, mirrored: dict[int, int | None]) -> None:
    """The mirror's stock of tracked variants is the shop's."""
    there = {row["id"]: row["available"] for row in merchant.variants()}
    for vendor_id, stock in mirrored.items():
        if stock != there[vendor_id]:
            verdict.blame(
                "lost", f"stock of {vendor_id} is {stock}, in the shop {there[vendor_id]}"
            )
