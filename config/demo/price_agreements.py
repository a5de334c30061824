"""The story of what was agreed: by a second person, with the clock, in a price list."""

import datetime as dt
import io
from decimal import Decimal

from django.utils import timezone

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.flows import Facts, expect, flow
from config.demo.merchant import Merchant
from config.demo.price_rules import some_of
from config.demo.pricing_jobs import Desk, await_mirror, expected_after, finished, goals
from config.demo.waiting import wait_until
from foundation.mail.models import Mail
from foundation.shops.models import User
from pricing.api import Action, Refused, approve, confirm, simple_rule
from pricing.enums import CompareAtAction
from pricing.models import ApprovalPolicy, PriceFile, PricingJob
from pricing.services.files import upload_list

LISTED = 120
RUN_IN = dt.timedelta(seconds=3)
LASTS = dt.timedelta(seconds=8)


@flow("prices.approval")
def approval() -> Facts:
    """Ask for approval above the shop's thresholds; who asked cannot give it, somebody else can."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    colleague = User.objects.get(memberships__shop=desk.shop_id, memberships__role="approver")
    policy, _ = ApprovalPolicy.objects.update_or_create(
        shop_id=desk.shop_id, defaults={"enabled": True, "rows_over": 10}
    )
    try:
        job = desk.plan(
            "A fifth off, if somebody agrees",
            simple_rule(Action.PERCENT, -20, step="0.05", floor=3),
            selection=some_of(desk, 40, skip=200),
        )
        before = merchant.prices()
        desk.confirm(job)
        job.refresh_from_db()
        expect(job.state, "awaiting", "state of the job")
        refused = ""
        try:
            approve(job=job, plan_hash=job.plan_hash, actor_id=desk.person.pk)
        except Refused as said:
            refused = said.code
        expect(refused, "own_request", "answer to who asked")
        expect(merchant.prices(), before, "prices in the shop before the approval")
        mails = Mail.objects.filter(key__startswith=f"pricing.approval:{job.pk}:")
        asked = sorted(mails.values_list("to", flat=True))
        expect(asked, [colleague.email], "who was asked by mail")
        approve(job=job, plan_hash=job.plan_hash, actor_id=colleague.pk)
        done = finished(job)
    finally:
        policy.enabled = False
        policy.save(update_fields=["enabled"])
    expect(done.state, "completed", "state of the job")
    expect(merchant.prices(), expected_after(before, job), "prices in the shop")
    return {
        "because": job.approval_reasons,
        "asked": asked,
        "approved_by": str(done.approved_by),
        "applied": done.applied,
    }


@flow("prices.schedule")
def schedule() -> Facts:
    """Begin a sale at a time and have it taken back at another, by the clock alone."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    job = desk.plan(
        "Lunch-hour sale",
        simple_rule(
            Action.PERCENT, -10, step="0.05", floor=3, compare_at=CompareAtAction.OLD_PRICE
        ),
        selection=some_of(desk, 40, skip=300),
    )
    before, now = merchant.prices(), timezone.now()
    run_at, ends_at = now + RUN_IN, now + RUN_IN + LASTS
    confirm(
        job=job,
        plan_hash=job.plan_hash,
        actor_id=desk.person.pk,
        run_at=run_at,
        ends_at=ends_at,
    )
    expect(PricingJob.objects.get(pk=job.pk).state, "scheduled", "state before its time")
    expect(merchant.prices(), before, "prices in the shop before its time")
    done = finished(job)
    expect(merchant.prices(), expected_after(before, job), "prices in the shop during the sale")
    end: PricingJob = wait_until(
        lambda: PricingJob.objects.filter(rollback_of=job, state="completed").first(),
        "the sale to be taken back by itself",
        seconds=60,
    )
    expect(merchant.prices(), before, "prices in the shop after the sale")
    expect((done.applied, end.applied), (len(goals(job)), len(goals(job))), "written and back")
    return {
        "began_late_by_seconds": _late(done.started_at, run_at),
        "ended_late_by_seconds": _late(end.started_at, ends_at),
        "prices": end.applied,
    }


def _late(moment: dt.datetime | None, wanted: dt.datetime) -> float | None:
    return None if moment is None else round((moment - wanted).total_seconds(), 2)


def _listed(desk: Desk) -> tuple[dict[int, Decimal], bytes]:
    """Write a price list as a spreadsheet of Montréal would: BOM, semicolons, decimal commas."""
    rows = (
        Variant.objects.for_shop(desk.shop_id)
        .filter(connection=desk.connection, deleted_at=None, product__status="active")
        .exclude(sku="")
        .order_by("-vendor_id")[:LISTED]
    )
    prices = {row.vendor_id: row.price + Decimal("1.25") for row in rows}
    lines = ["SKU;Prix;Fournisseur"]
    lines += [f"{row.sku};{str(prices[row.vendor_id]).replace('.', ',')};Érable" for row in rows]
    lines += [
        "NO-SUCH-SKU;12,50;Érable",
        f"{rows[0].sku};99,00;Érable",
        f"{rows[1].sku};=1+1;Érable",
        f"{rows[2].sku};-3,00;Érable",
    ]
    return prices, b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


@flow("prices.bulk_csv")
def bulk_csv() -> Facts:
    """Upload a price list, read the report of its lines, and have exactly its prices written."""
    desk, merchant = Desk.at(), Merchant()
    await_mirror(desk, merchant)
    prices, content = _listed(desk)
    file = upload_list(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        name="prix-hiver.csv",
        content=io.BytesIO(content),
        size=len(content),
        encoding="utf-8",
        actor_id=desk.person.pk,
    )
    read: PriceFile = wait_until(
        lambda: PriceFile.objects.filter(pk=file.pk).exclude(state="reading").first(),
        "the price list to be read",
    )
    expect((read.state, read.error), ("ready", ""), "state of the list")
    report = {"taken": len(prices), "unknown_sku": 1, "duplicate": 1, "invalid": 2}
    expect({name: count for name, count in read.counts.items() if count}, report, "its lines")
    before = merchant.prices()
    job = desk.plan(
        "Winter price list",
        simple_rule(Action.FILE),
        selection=Selection(),
        price_file_id=file.pk,
    )
    done = desk.run(job)
    wanted = {variant: (price, before[variant][1]) for variant, price in prices.items()}
    expect(merchant.prices(), {**before, **wanted}, "prices in the shop")
    expect(done.applied, len(prices), "prices written")
    return {"lines": read.lines, "report": read.counts, "applied": done.applied}
