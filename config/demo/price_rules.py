"""The story of the rules: many rules in one job, edits meanwhile, some rows taken back."""

from collections import Counter
from decimal import Decimal

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.flows import Facts, expect, flow
from config.demo.merchant import Merchant, PriceTag
from config.demo.prices import effective_changes
from config.demo.pricing_jobs import Desk, await_mirror, expected_after, finished, goals
from pricing.api import Action, ConflictPolicy, Outcome, read_rules, simple_rule
from pricing.models import AuditTrailEntry, ProcessingResult

CENT = Decimal("0.01")
WINTER = [
    {
        "name": "Too much of it",
        "when": {"items": [{"field": "stock", "op": "gte", "value": 40}]},
        "action": {"kind": "percent", "value": -15},
        "compare_at": {"kind": "old_price"},
        "rounding": {"step": 1, "ending": "0.99", "direction": "down"},
        "guards": [{"kind": "min_margin", "value": 10}, {"kind": "max_change", "value": 30}],
    },
    {
        "name": "Nearly gone",
        "when": {
            "items": [
                {"field": "stock", "op": "between", "value": [1, 5]},
                {
                    "match": "any",
                    "items": [
                        {"field": "price", "op": "lt", "value": 60},
                        {"field": "margin", "op": "lt", "value": 35},
                    ],
                },
            ]
        },
        "action": {"kind": "percent", "value": 5},
        "rounding": {"step": "0.05", "direction": "up"},
        "guards": [{"kind": "max_change", "value": 8, "otherwise": "skip"}],
    },
]


def some_of(desk: Desk, count: int, *, skip: int = 0) -> Selection:
    """Choose the next ``count`` active variants of the shop, after ``skip``."""
    rows = Variant.objects.for_shop(desk.shop_id).filter(
        connection=desk.connection, deleted_at=None, product__status="active", price__gte=8
    )
    chosen = rows.order_by("vendor_id").values_list("pk", flat=True)[skip : skip + count]
    return Selection(variant_ids=tuple(chosen))


@flow("prices.rules")
def rules() -> Facts:
    """Change prices by two rules with conditions, charm endings and limits that always hold."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    before, since = merchant.prices(), merchant.last_effect()
    job = desk.plan("Winter: clear the shelves", *read_rules(WINTER))
    rows = list(job.plan.filter(skip=""))
    for row in rows:
        if row.target_price is None:
            continue
        if row.rule == 1:
            expect(row.target_price % 1, Decimal("0.99"), f"ending of {row.variant_vendor_id}")
            if row.cost is not None:
                earns = row.target_price * 9 >= row.cost * 10
                expect(earns, wanted=True, what="margin of at least a tenth")
        else:
            expect(row.target_price % Decimal("0.05"), Decimal(0), "step of a scarce one")
        most = Decimal("0.30") if row.rule == 1 else Decimal("0.08")
        change = abs(row.target_price - row.before_price)
        expect(change <= row.before_price * most, wanted=True, what="change within its limit")
    wanted = expected_after(before, job)
    done = desk.run(job)
    expect(done.state, "completed", "state of the job")
    expect(merchant.prices(), wanted, "prices in the shop")
    doubled = {v: n for v, n in effective_changes(merchant, since).items() if n > 1}
    expect(doubled, {}, "variants changed more than once")
    return {
        "changed_by_rule": dict(sorted(Counter(row.rule for row in rows).items())),
        "left_alone": job.plan_facts["skips"],
        "held_at_a_limit": job.plan_facts["held"],
        "warnings": job.plan_facts["warnings"],
    }


@flow("prices.conflict")
def conflict() -> Facts:
    """Edit prices after the plan: kept, worked out again or written over, as each job says."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    told: dict[str, dict[str, int]] = {}
    for place, policy in enumerate(ConflictPolicy):
        job = desk.plan(
            f"One dollar more ({policy})",
            simple_rule(Action.AMOUNT, 1),
            selection=some_of(desk, 30, skip=30 * place),
            conflict_policy=policy,
        )
        edited = sorted(goals(job))[:3]
        # Neither what the job expects nor what it wants, also in a story played again.
        merchant.edit([(v, goals(job)[v][0] + Decimal("5.55")) for v in edited])
        before = merchant.prices()
        theirs: dict[int, PriceTag] = {variant: before[variant] for variant in edited}
        if policy is ConflictPolicy.RECOMPUTE:
            theirs = {v: (price + 1, compare_at) for v, (price, compare_at) in theirs.items()}
        wanted = expected_after(before, job)
        if policy is not ConflictPolicy.OVERWRITE:
            wanted |= theirs
        done = desk.run(job)
        expect(merchant.prices(), wanted, f"prices in the shop under {policy}")
        kept = len(edited) if policy is ConflictPolicy.SKIP else 0
        expect((done.conflict, done.applied), (kept, len(goals(job)) - kept), f"under {policy}")
        told[str(policy)] = {"written": done.applied, "kept": done.conflict}
    return told


@flow("prices.undo_rows")
def undo_rows() -> Facts:
    """Take some rows of a job back; one of them was edited since and is kept, the rest stays."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    before = merchant.prices()
    job = desk.run(
        desk.plan(
            "Two dollars off",
            simple_rule(Action.AMOUNT, -2, floor=1),
            selection=some_of(desk, 24, skip=100),
        )
    )
    after = merchant.prices()
    results = list(
        ProcessingResult.objects.filter(job=job, outcome=Outcome.APPLIED)
        .order_by("id")
        .values_list("id", "planned__variant_vendor_id")[:6]
    )
    edited = results[0][1]
    merchant.edit([(edited, after[edited][0] + CENT)])
    undo = desk.plan_rollback(job, [result_id for result_id, _ in results])
    desk.confirm(undo)
    done = finished(undo)
    back = {variant: before[variant] for _, variant in results if variant != edited}
    mine = {edited: (after[edited][0] + CENT, after[edited][1])}
    expect(merchant.prices(), {**after, **back, **mine}, "prices in the shop")
    entries = AuditTrailEntry.objects.filter(job=undo, cause="rollback").count()
    expect((done.applied, entries), (len(back), len(back)), "rows taken back, and in the ledger")
    return {
        "written_by_the_job": job.applied,
        "chosen": len(results),
        "taken_back": done.applied,
        "edits_kept": done.conflict + done.planned_skips,
    }
