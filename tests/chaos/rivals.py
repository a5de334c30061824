"""The run ``rivals``: two jobs on the same prices, paused, resumed and killed while they write."""

import time
from collections import Counter, defaultdict
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.chaos.house import House, Scale, Trouble, open_house

if TYPE_CHECKING:
    from pricing.models import PricingJob
    from tests.chaos.model import Verdict

WRITE = "productVariantsBulkUpdate"


def rivals(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Confirm two jobs over everything at once; pause and resume both; kill workers meanwhile."""
    with open_house(scale) as house:
        return rivals_in(house, scale)


def rivals_in(house: House, scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play it in a house that is open."""
    from config.demo.pricing_jobs import finished  # noqa: PLC0415 -- needs Django
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- likewise

    jobs = [
        house.desk.plan("First", simple_rule(Action.PERCENT, Decimal(-7), step="0.05")),
        house.desk.plan("Second", simple_rule(Action.AMOUNT, Decimal(2))),
    ]
    since = house.merchant.last_effect()
    house.merchant.misbehave(
        {"kind": "slow_after", "operation": WRITE, "seconds": 0.3, "rate": 0.4},
        {"kind": "lose_answer", "operation": WRITE, "rate": 0.1},
        seed=scale.seed,
    )
    for job in jobs:
        house.desk.confirm(job)
    facts: dict[str, Any] = {"pauses": 0, "children_killed": 0}
    with Trouble(lambda: _trouble(house, scale, jobs, facts), every=0.6):
        time.sleep(0.6 * (scale.kills + 2))
    house.merchant.behave()
    _go_on(house, jobs)
    ended = [finished(job) for job in jobs]
    verdict = Verdict()
    rows = _judge(verdict, house, ended, since)
    return verdict, {"rows": scale.variants, **facts, "ended": rows}


def _trouble(house: House, scale: Scale, jobs: list["PricingJob"], facts: dict[str, Any]) -> None:
    from pricing.api import IllegalMove, pause, resume  # noqa: PLC0415 -- needs Django

    job = house.rng.choice(jobs)
    with suppress(IllegalMove):
        pause(job=job, actor_id=house.desk.person.pk)
        facts["pauses"] += 1
    if facts["children_killed"] < scale.kills:
        facts["children_killed"] += bool(house.stack.kill_child_randomly("remote", house.rng))
    with suppress(IllegalMove):
        resume(job=job, actor_id=house.desk.person.pk)


def _go_on(house: House, jobs: list["PricingJob"]) -> None:
    from pricing.api import IllegalMove, resume  # noqa: PLC0415 -- needs Django

    for job in jobs:
        with suppress(IllegalMove):
            resume(job=job, actor_id=house.desk.person.pk)


def _judge(
    verdict: "Verdict", house: House, jobs: list["PricingJob"], since: int
) -> dict[str, dict[str, int]]:
    """Every variant was written once, by one of the two, and the other one says so."""
    written: dict[int, list[Decimal]] = defaultdict(list)
    for effect in house.merchant.effects(since):
        if effect["source"] == "api" and effect["changed"]:
            written[effect["variant_id"]].append(Decimal(effect["after"]["price"]))
    applied: dict[int, list[Decimal]] = defaultdict(list)
    ended = {job.name: _judge_job(verdict, job, applied) for job in jobs}
    for variant, (price, _) in house.merchant.prices().items():
        if written[variant] != applied[variant]:
            what = "doubled" if len(written[variant]) > 1 else "wrong"
            verdict.blame(what, f"{variant}: wrote {written[variant]}, says {applied[variant]}")
        elif len(written[variant]) > 1:
            verdict.blame("doubled", f"{variant}: both jobs wrote it: {written[variant]}")
        elif written[variant] and written[variant] != [price]:
            verdict.blame("wrong", f"{variant} costs {price}, not {written[variant][0]}")
    return ended


def _judge_job(
    verdict: "Verdict", job: "PricingJob", applied: dict[int, list[Decimal]]
) -> dict[str, int]:
    """Look at one job's results and ledger; adds what it says it wrote to ``applied``."""
    from pricing.models import AuditTrailEntry, ProcessingResult  # noqa: PLC0415 -- needs Django

    rows = ProcessingResult.objects.filter(job=job).values_list(
        "planned__variant_vendor_id", "outcome", "target_price", "reason"
    )
    ended = dict(Counter(outcome for _, outcome, _, _ in rows))
    if len(rows) != job.planned_changes + job.planned_skips:
        verdict.blame("lost", f"{job.name} has {len(rows)} results")
    for variant, outcome, target, reason in rows:
        if outcome == "applied":
            applied[variant].append(target)
        elif outcome not in ("conflict", "skipped", "unchanged"):
            verdict.blame("wrong", f"{variant} of {job.name} is {outcome}: {reason}")
    entries = AuditTrailEntry.objects.filter(job=job).count()
    if entries != ended.get("applied", 0):
        verdict.blame("wrong", f"{job.name} has {entries} entries in the ledger")
    return ended
