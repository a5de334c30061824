"""A catalogue in the database alone, and jobs in every state, for pages: no vendor is called."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog_sync.models import Product, Variant
from foundation.shops.models import Connection, User
from pricing.enums import Cause, Layer, Outcome, PricingJobState, SkipReason
from pricing.models import (
    AuditTrailEntry,
    PlannedChange,
    PricingJob,
    PricingJobStateChange,
    PricingRule,
    ProcessingResult,
)
from pricing.planning import plan_now

HASH = "a" * 64


def catalogue(connection: Connection, products: int = 3, *, first: int = 1) -> list[Variant]:
    """Make products of two variants each; prices 10.00, 20.00, …"""
    common: dict[str, Any] = {"shop_id": connection.shop_id, "connection": connection}
    variants = []
    for number in range(first, first + products):
        product = Product.objects.create(
            vendor_id=number,
            title=f"Collar {number}",
            status="active",
            vendor="Maple" if number % 2 else "Birch",
            tags=["winter"],
            vendor_updated_at=timezone.now(),
            **common,
        )
        for position in (1, 2):
            vendor_id = number * 10 + position
            variants.append(
                Variant.objects.create(
                    product=product,
                    vendor_id=vendor_id,
                    inventory_item_id=vendor_id,
                    title="Small" if position == 1 else "Large",
                    sku=f"SKU-{vendor_id}",
                    position=position,
                    price=Decimal(10 * number),
                    stock=number,
                    vendor_updated_at=timezone.now(),
                    **common,
                )
            )
    return variants


def _facts_of(variants: Sequence[Variant]) -> dict[str, Any]:
    """What a plan that takes ten percent off all variants but the last comes to."""
    before = sum((variant.price for variant in variants[:-1]), Decimal(0))
    return {
        "changes": len(variants) - 1,
        "products": len({variant.product_id for variant in variants[:-1]}),
        "falls": len(variants) - 1,
        "rises": 0,
        "skips": {"no_change": 1},
        "bars": [0, 0, 0, len(variants) - 1] + [0] * 8,
        "sum_before": str(before),
        "sum_after": str(before * Decimal("0.9")),
        "average_percent": "-10",
        "steepest_fall": "-10",
        "rules": {"1": len(variants) - 1},
    }


def job_in(
    state: PricingJobState,
    connection: Connection,
    variants: Sequence[Variant],
    person: User,
    **columns: Any,
) -> PricingJob:
    """Make a job with a plan over the variants, the last of them skipped."""
    now = timezone.now()
    values: dict[str, Any] = {
        "shop_id": connection.shop_id,
        "connection": connection,
        "name": "Ten percent off",
        "state": state,
        "selection": {"all": True},
        "requested_by": person,
        "plan_hash": HASH,
        "planned_at": now,
        "expires_at": now + dt.timedelta(hours=1),
        "planned_changes": len(variants) - 1,
        "planned_skips": 1,
        "plan_facts": _facts_of(variants),
    }
    job = PricingJob.objects.create(**{**values, **columns})
    PricingRule.objects.create(job=job, definition={"action": {"kind": "percent", "value": "-10"}})
    PricingJobStateChange.objects.create(job=job, after=state, actor=person)
    for position, variant in enumerate(variants, 1):
        skipped = position == len(variants)
        PlannedChange.objects.create(
            job=job,
            position=position,
            batch=None if skipped else 1,
            variant=variant,
            variant_vendor_id=variant.vendor_id,
            product_vendor_id=variant.product.vendor_id,
            before_price=variant.price,
            target_price=None if skipped else variant.price * Decimal("0.9"),
            skip=SkipReason.NO_CHANGE if skipped else "",
        )
    return job


TENTH_OFF = {"action": {"kind": "percent", "value": "-10"}}


def planned(
    connection: Connection, person: User, *rules: dict[str, Any], **columns: Any
) -> PricingJob:
    """Make a job and really plan it over the catalogue, with sums, risks and warnings."""
    values: dict[str, Any] = {
        "shop_id": connection.shop_id,
        "connection": connection,
        "name": "Ten percent off",
        "state": PricingJobState.PLANNING,
        "selection": {"all": True},
        "requested_by": person,
    }
    job = PricingJob.objects.create(**{**values, **columns})
    for position, definition in enumerate(rules or (TENTH_OFF,), 1):
        PricingRule.objects.create(job=job, position=position, definition=definition)
    PricingJobStateChange.objects.create(job=job, after=job.state, actor=person)
    if job.rollback_of is not None:
        job.rules.all().delete()
    with transaction.atomic():
        plan_now(job)
    job.refresh_from_db()
    return job


def end(job: PricingJob, outcomes: Sequence[Outcome], *, found: Decimal | None = None) -> None:
    """Give the first planned rows these outcomes, with ledger entries, and the job its counters."""
    for row, outcome in zip(job.plan.order_by("position"), outcomes, strict=False):
        result = ProcessingResult.objects.create(
            shop_id=job.shop_id,
            job=job,
            planned=row,
            variant_id=row.variant_id,
            outcome=outcome,
            reason="" if outcome == Outcome.APPLIED else f"Because of {outcome}.",
            before_price=row.before_price,
            target_price=row.target_price,
            found_price=found,
            settled_at=timezone.now(),
            written_updated_at=timezone.now(),
        )
        if outcome in (Outcome.APPLIED, Outcome.OVERWRITTEN):
            AuditTrailEntry.objects.create(
                shop_id=job.shop_id,
                variant_id=row.variant_id,
                layer=Layer.BASE,
                cause=Cause.MANUAL_JOB,
                job=job,
                result=result,
                actor=job.requested_by,
                price_before=row.before_price,
                price_after=row.target_price or row.before_price,
                vendor_request_id="req-1",
            )
    counts = {str(name): list(outcomes).count(name) for name in set(outcomes)}
    PricingJob.objects.filter(pk=job.pk).update(**counts)
    job.refresh_from_db()


def edited_outside(variant: Variant, price: Decimal) -> AuditTrailEntry:
    """Enter an edit somebody made in Shopify."""
    return AuditTrailEntry.objects.create(
        shop_id=variant.shop_id,
        variant=variant,
        layer=Layer.OUTSIDE,
        cause=Cause.OUTSIDE_EDIT,
        price_before=variant.price,
        price_after=price,
        vendor_updated_at=timezone.now(),
    )


def finished(connection: Connection, variants: Sequence[Variant], person: User) -> PricingJob:
    """Make a completed job with a row of every outcome that the variants allow."""
    now = timezone.now()
    job = job_in(
        PricingJobState.COMPLETED,
        connection,
        variants,
        person,
        started_at=now - dt.timedelta(seconds=9),
        finished_at=now,
        confirmed_by=person,
    )
    end(
        job,
        [Outcome.APPLIED, Outcome.CONFLICT, Outcome.FAILED, Outcome.OVERWRITTEN][: len(variants)],
        found=Decimal("8.88"),
    )
    return job
