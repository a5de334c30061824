"""The story of the prices tower: import, plan, change, crash and go on, take back."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from catalog_sync.api import Selection, probe_connection, start_full_sync
from config.demo.flows import Facts, expect, flow
from config.demo.merchant import Merchant, PriceTag
from config.demo.pricing_jobs import Desk, expected_after, finished, goals, variants_of
from config.demo.waiting import wait_until
from foundation.work.models import Job
from pricing.api import Action, Outcome, simple_rule
from pricing.models import AuditTrailEntry, PricingJob, ProcessingResult

IMPORT_SECONDS = 240.0
KILLS = 6
SEASON = "Autumn discount, 12 % off"


def _results(job: PricingJob) -> dict[str, int]:
    rows = ProcessingResult.objects.filter(job=job).values_list("outcome", flat=True)
    return dict(sorted(Counter(rows).items()))


def effective_changes(merchant: Merchant, since: int) -> "Counter[int]":
    """Count how often our writes really changed each variant's price after effect ``since``."""
    return Counter(
        effect["variant_id"]
        for effect in merchant.effects(since)
        if effect["source"] == "api" and effect["changed"]
    )


@flow("prices.import")
def import_catalogue() -> Facts:
    """Test the connection, then mirror the shop's whole catalogue."""
    desk, merchant = Desk.at(), Merchant()
    expect(probe_connection(desk.connection.pk)["missing"], [], "scopes that the token lacks")
    began = time.monotonic()
    job_id = start_full_sync(desk.connection.pk, desk.person.pk)
    wait_until(
        lambda: Job.objects.filter(pk=job_id, state="done").exists(),
        "the full sync to end",
        seconds=IMPORT_SECONDS,
    )
    seconds = time.monotonic() - began
    there = merchant.summary()
    expect(variants_of(desk.connection), there["variants"], "mirrored variants")
    return {
        "products": there["products"],
        "variants": there["variants"],
        "variants_per_second": round(there["variants"] / seconds),
    }


@flow("prices.plan")
def plan() -> Facts:
    """Plan a change and see that nothing was written abroad."""
    desk, merchant = Desk.at(), Merchant()
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan(
        "What would 15 % off everything mean?",
        simple_rule(Action.PERCENT, Decimal(-15), step=Decimal("0.05"), floor=Decimal(5)),
    )
    expect(merchant.prices(), before, "prices in the shop after planning")
    expect(effective_changes(merchant, since), Counter(), "writes while planning")
    return {
        "changes": job.planned_changes,
        "skips": job.planned_skips,
        "hash": job.plan_hash[:12],
        "expires_at": job.expires_at,
    }


@flow("prices.manual_job")
def manual_job() -> Facts:
    """Change some hundred prices and check each of them in the shop."""
    desk, merchant = Desk.at(), Merchant()
    before, since = merchant.prices(), merchant.last_effect()
    calls = Counter(merchant.calls())
    job = desk.plan(
        SEASON,
        simple_rule(Action.PERCENT, Decimal(-12), step=Decimal("0.05"), floor=Decimal(9)),
        selection=Selection(status="active", price_min=Decimal(20)),
    )
    wanted = expected_after(before, job)
    done = desk.run(job)
    expect(done.state, "completed", "state of the job")
    expect(merchant.prices(), wanted, "prices in the shop")
    doubled = {v: n for v, n in effective_changes(merchant, since).items() if n > 1}
    expect(doubled, {}, "variants changed more than once")
    entries = AuditTrailEntry.objects.filter(job=job, layer="base").count()
    expect(entries, done.applied, "entries in the ledger")
    return {
        "results": _results(job),
        "ledger_entries": entries,
        "write_calls": (Counter(merchant.calls()) - calls).get("PriceWrite ok", 0),
        "throttled": sum(
            count
            for name, count in (Counter(merchant.calls()) - calls).items()
            if "throttled" in name.lower()
        ),
    }


def _kill_one_worker(rng: random.Random, groups: tuple[str, ...] = ("remote", "heavy")) -> bool:
    """Kill -9 one pool process of a worker; True when there was one."""
    for group in rng.sample(groups, len(groups)):
        pid_file = Path(settings.VAR_DIR) / "run" / f"worker-{group}.pid"
        with suppress(OSError, ValueError, psutil.Error):
            children = psutil.Process(int(pid_file.read_text())).children(recursive=True)
            if children:
                os.kill(rng.choice(children).pid, signal.SIGKILL)
                return True
    return False


@flow("prices.crash_resume")
def crash_resume() -> Facts:
    """Kill workers in the middle of a run, edit prices by hand meanwhile, and lose nothing."""
    desk, merchant, rng = Desk.at(), Merchant(), random.Random(7)  # noqa: S311 -- repeatable
    job = desk.plan(
        "Spring clean: 3 dollars off, never below 4",
        simple_rule(Action.AMOUNT, Decimal(-3), floor=Decimal(4)),
    )
    before, since = merchant.prices(), merchant.last_effect()
    # Somebody edits a few of the same prices after the plan: theirs are to be kept.
    edited = rng.sample(sorted(goals(job)), 5)
    edits: dict[int, PriceTag] = {
        variant: (Decimal("77.70") + n, before[variant][1]) for n, variant in enumerate(edited)
    }
    merchant.edit([(variant, tag[0]) for variant, tag in edits.items()])
    desk.confirm(job)
    killed = 0
    while killed < KILLS and not PricingJob.objects.filter(pk=job.pk, state="completed").exists():
        wait_until(
            lambda: (
                Job.objects.filter(name="pricing.apply_batch", state="running").exists()
                or PricingJob.objects.filter(pk=job.pk, state="completed").exists()
            ),
            "a batch to run",
        )
        killed += _kill_one_worker(rng)
        time.sleep(0.7)
    done = finished(job)
    expect(done.state, "completed", "state of the job")
    expect(merchant.prices(), {**expected_after(before, job), **edits}, "prices in the shop")
    doubled = {v: n for v, n in effective_changes(merchant, since).items() if n > 1}
    expect(doubled, {}, "variants changed more than once")
    kept = ProcessingResult.objects.filter(job=job, outcome=Outcome.CONFLICT).count()
    expect(kept, len(edits), "edits kept and reported")
    return {"workers_killed": killed, "results": _results(job), "edits_kept": kept, "doubled": 0}


@flow("prices.rollback")
def rollback() -> Facts:
    """Take the season's discount back; an edit made since is kept and told."""
    desk, merchant = Desk.at(), Merchant()
    # The crash story changed the same variants: it is taken back first, latest first.
    back: dict[str, Any] = {}
    for name in ("Spring clean: 3 dollars off, never below 4", SEASON):
        job = PricingJob.objects.filter(shop_id=desk.shop_id, name=name).latest("created_at")
        victim = ProcessingResult.objects.filter(job=job, outcome=Outcome.APPLIED).latest("id")
        before = merchant.prices()
        ours, compare_at = before[victim.planned.variant_vendor_id]
        # Neither what the job set nor what it was before, also in a story played again.
        mine = (ours + Decimal("0.01"), compare_at)
        undo = desk.plan_rollback(job)
        merchant.edit([(victim.planned.variant_vendor_id, mine[0])])
        wanted = {**expected_after(before, undo), victim.planned.variant_vendor_id: mine}
        done = desk.run(undo)
        expect(done.state, "completed", "state of the rollback")
        expect(merchant.prices(), wanted, "prices in the shop")
        expect(done.conflict, 1, "edits kept")
        entries = AuditTrailEntry.objects.filter(job=undo, cause="rollback").count()
        expect(entries, done.applied, "entries in the ledger")
        back[name] = _results(undo)
    return {"rolled_back": back}
