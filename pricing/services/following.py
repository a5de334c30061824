"""Have the shop show what own prices and layers come to: make the job that writes the difference.

The job's plan says what is to be expected; what it writes is computed again under the lock, right
before each write (``pricing.following``), so that of two moves the later one counts whatever
their jobs do.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from catalog_sync.api import CATALOGUE_ORDER, Selection, lock_variants_named, variants_matching
from foundation.work.api import UNFINISHED, JobState, enqueue, jobs_numbered
from pricing.contracts import BaseChange
from pricing.enums import UNDER_WAY, Cause, JobKind, Outcome, PricingJobState
from pricing.facts import read_facts
from pricing.layering import Layers, layers_ask_for_levels
from pricing.locks import locked_among
from pricing.models import (
    CoveredVariant,
    PlannedChange,
    PriceLayer,
    PricingJob,
    PricingJobStateChange,
    ProcessingResult,
)
from pricing.planning import Draft, PlanWriter
from pricing.recording import release_covered
from pricing.refused import close_told, resting

FOLLOWING = {
    Cause.CAMPAIGN: "Prices follow own prices that changed",
    Cause.RESTORE: "Outside edits are given back",
    Cause.RECONCILIATION: "Prices are brought in line",
}
PIECE = 2_000
"""Variants of one look."""


def follow(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    variant_ids: Sequence[UUID],
    cause: Cause,
    name: str,
    refs: Mapping[UUID, UUID] | None = None,
    campaign_ref: UUID | None = None,
) -> PricingJob | None:
    """Have these variants show what their layers make of their own prices, in one job.

    In the caller's transaction. A variant that shows it already, and that nobody is writing, is
    left out; with none left there is no job.
    """
    right: list[UUID] = []
    drafts = _drafts(shop_id, connection_id, variant_ids, refs or {}, right)
    first = next(drafts, None)
    job = None
    if first is not None:
        job = PricingJob.objects.create(
            shop_id=shop_id,
            connection_id=connection_id,
            name=name[:120],
            kind=JobKind.CAMPAIGN,
            cause=cause,
            campaign_ref=campaign_ref,
            state=PricingJobState.RUNNING,
            variants_per_call=settings.PRICING_VARIANTS_PER_CALL,
            started_at=timezone.now(),
        )
        PricingJobStateChange.objects.create(job=job, after=job.state)
        writer = PlanWriter(job)
        writer.write(chain([first], drafts), lambda: None)
        PricingJob.objects.filter(pk=job.pk).update(
            plan_hash=writer.digest.hexdigest(),
            plan_facts=writer.sums.facts(),
            planned_changes=writer.sums.changes,
            planned_at=timezone.now(),
        )
        work_job_id = enqueue(
            # One batch needs nobody to hand it out.
            "pricing.follow" if writer.batches == 1 else "pricing.start_run",
            {"pricing_job_id": str(job.pk)},
            shop_id=shop_id,
            unique_key=str(job.pk),
        )
        # Whoever looks over open jobs can tell whether anybody is at this one.
        PricingJob.objects.filter(pk=job.pk).update(work_job_id=work_job_id)
    release_covered(right)
    return job


@transaction.atomic
def follow_variants(
    *,
    shop_id: UUID,
    connection_id: UUID,
    variant_ids: Sequence[UUID],
    cause: Cause,
    ref: UUID | None = None,
) -> PricingJob | None:
    """Have covered variants follow; for what was found out after the fact. See :func:`follow`."""
    lock_variants_named(variant_ids)
    return follow(
        shop_id=shop_id,
        connection_id=connection_id,
        variant_ids=variant_ids,
        cause=cause,
        name=FOLLOWING[cause],
        refs=dict.fromkeys(variant_ids, ref) if ref else None,
        campaign_ref=ref,
    )


def bring_in_line() -> int:
    """Have every covered variant that does not show what it should follow; returns how many jobs.

    The net below all moves: what was locked then, or whose job was discarded, follows now. What an
    open job is still to write is its own: that job computes it anew, however long it has to wait.
    Where a layer is held nothing moves by itself, and what Shopify refused lately rests. A piece is
    one transaction, so that nothing waits long for its locks.
    """
    open_jobs = _open_jobs()
    held = list(PriceLayer.objects.filter(held=True).values_list("pk", flat=True))
    made, last = 0, None
    while True:
        rows = CoveredVariant.objects.order_by("variant_id")
        if held:
            rows = rows.exclude(stack__overlap=held)
        if last is not None:
            rows = rows.filter(variant_id__gt=last)
        piece = list(rows.values_list("variant_id", "shop_id", "connection_id")[:PIECE])
        if not piece:
            break
        last = piece[-1][0]
        variant_ids = [variant_id for variant_id, _, _ in piece]
        left = _awaited(open_jobs, variant_ids) | resting(variant_ids)
        by_connection: dict[tuple[UUID, UUID], list[UUID]] = {}
        for variant_id, shop_id, connection_id in piece:
            if variant_id not in left:
                by_connection.setdefault((shop_id, connection_id), []).append(variant_id)
        for (shop_id, connection_id), variants in by_connection.items():
            job = follow_variants(
                shop_id=shop_id,
                connection_id=connection_id,
                variant_ids=variants,
                cause=Cause.RECONCILIATION,
            )
            made += job is not None
    close_told()
    return made


@transaction.atomic
def _open_jobs() -> list[UUID]:
    """Return campaigns' jobs that will go on writing.

    The books of those whose work a person has cancelled or discarded are closed.
    """
    rows = PricingJob.objects.filter(kind=JobKind.CAMPAIGN, state__in=UNDER_WAY)
    given = list(rows.exclude(work_job_id=None).values_list("pk", "shop_id", "work_job_id"))
    if not given:
        return []
    works = jobs_numbered(work_job_id for *_, work_job_id in given if work_job_id is not None)
    going_on = set(
        works.filter(state__in=[*UNFINISHED, JobState.DEAD]).values_list("pk", flat=True)
    )
    for pk, shop_id, work_job_id in given:
        if work_job_id not in going_on:
            enqueue(
                "pricing.finish_run",
                {"pricing_job_id": str(pk)},
                shop_id=shop_id,
                unique_key=str(pk),
            )
    return [pk for pk, _, work_job_id in given if work_job_id in going_on]


def _awaited(open_jobs: Sequence[UUID], variant_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the variants that one of these jobs has not written yet."""
    if not open_jobs:
        return set()
    rows = PlannedChange.objects.filter(job_id__in=open_jobs, variant_id__in=variant_ids)
    rows = rows.filter(Q(result=None) | Q(result__outcome=Outcome.INTENDED))
    return set(rows.values_list("variant_id", flat=True))


def _drafts(
    shop_id: UUID,
    connection_id: UUID,
    variant_ids: Sequence[UUID],
    refs: Mapping[UUID, UUID],
    right: list[UUID],
) -> Iterator[Draft]:
    """Yield what is to be written; those that are right already are noted in ``right``."""
    layers = Layers(now=timezone.now())
    layers.load_of(variant_ids)
    locked = locked_among(shop_id, variant_ids)
    written = ProcessingResult.objects.filter(variant_id=OuterRef("pk"), outcome=Outcome.INTENDED)
    rows: Any = variants_matching(shop_id, Selection(all=True)).filter(
        connection_id=connection_id, pk__in=variant_ids
    )
    for row in read_facts(
        rows.annotate(in_flight=Exists(written)).order_by(*CATALOGUE_ORDER),
        (),
        levels=layers_ask_for_levels(shop_id),
        extra=("in_flight",),
    ):
        (in_flight,) = row.extra
        target = layers.shown(row, row.own).price
        if target == row.shown and not in_flight:
            right.append(row.variant_id)
            continue
        if row.variant_id in locked:
            # It follows when the lock is gone (bring_in_line).
            continue
        yield Draft(
            row.variant_id,
            row.vendor_id,
            row.product_vendor_id,
            row.shown,
            target,
            None,
            base=BaseChange(row.own, row.own),
            cost=row.facts.cost,
            stock=row.facts.stock,
            layer_ref=refs.get(row.variant_id),
        )
