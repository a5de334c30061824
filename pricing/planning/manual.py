"""Drafts of a job that changes prices by rule, by a price list, or again for what failed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value

from catalog_sync.api import CATALOGUE_ORDER, Selection, variants_matching
from pricing.contracts import BaseChange
from pricing.enums import OPEN, Layer, Outcome, PricingJobState, SkipReason
from pricing.facts import VariantRow, read_facts
from pricing.layering import Layers, Shown, layers_ask_for_levels
from pricing.locks import as_column, locked_condition
from pricing.models import (
    AuditTrailEntry,
    PlannedChange,
    PriceFileLine,
    PricingJob,
    ProcessingResult,
)
from pricing.rules import Rule, compile_rules

from .drafts import Draft
from .rules_of import rules_of

LATELY = dt.timedelta(days=7)


def chosen_variants(
    shop_id: UUID,
    selection: Selection,
    *,
    connection_id: UUID | None = None,
    price_file_id: UUID | None = None,
) -> QuerySet[Any]:
    """Return the variants that are meant: of the selection, or those a price list names.

    A list together with a selection means what is in both.
    """
    if price_file_id is not None and selection.is_empty:
        selection = Selection(all=True)
    rows = variants_matching(shop_id, selection)
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    if price_file_id is not None:
        lines = PriceFileLine.objects.filter(file_id=price_file_id, verdict="taken")
        rows = rows.filter(pk__in=lines.values("variant_id"))
    return rows


def manual_drafts(target: PricingJob, *, now: dt.datetime) -> Iterator[Draft]:
    """Evaluate the job's rules on every chosen variant."""
    return rule_drafts(
        chosen_for(target),
        rules_of(target),
        shop_id=target.shop_id,
        price_file_id=target.price_file_id,
        job_id=target.pk,
        now=now,
    )


def rule_drafts(  # noqa: PLR0913 -- what a plan is made of, by keyword
    rows: QuerySet[Any],
    rules: Sequence[Rule],
    *,
    shop_id: UUID,
    now: dt.datetime,
    price_file_id: UUID | None = None,
    job_id: UUID | None = None,
) -> Iterator[Draft]:
    """Evaluate rules on variants of a shop, product by product; ``job_id``: whose plan it is."""
    rows = _with_surroundings(rows, shop_id, job_id, now)
    evaluate, layers = compile_rules(rules, now=now), Layers(now=now)
    for row in read_facts(
        rows.order_by(*CATALOGUE_ORDER),
        rules,
        price_file_id=price_file_id,
        levels=layers_ask_for_levels(shop_id),
        extra=("locked", "in_other_job", "edited_lately"),
    ):
        locked, other_job, edited_lately = row.extra
        if locked:
            yield _left_alone(row, SkipReason.LOCKED)
            continue
        result = evaluate(row.facts)
        if result.target is None:
            yield _left_alone(row, result.skip, rule=result.rule)
            continue
        base, shown = None, Shown(result.target, None)
        if row.covered:
            base = BaseChange(row.own, result.target)
            shown = layers.shown(row, result.target)
        yield Draft(
            row.variant_id,
            row.vendor_id,
            row.product_vendor_id,
            row.shown,
            shown.price,
            None,
            base=base,
            cost=row.facts.cost,
            stock=row.facts.stock,
            rule=result.rule,
            held_by=result.held_by,
            layer_ref=shown.layer_ref,
            other_job=other_job,
            edited_lately=edited_lately,
        )


def _left_alone(row: VariantRow, skip: SkipReason | None, *, rule: int | None = None) -> Draft:
    return Draft(
        row.variant_id,
        row.vendor_id,
        row.product_vendor_id,
        row.shown,
        None,
        skip,
        cost=row.facts.cost,
        stock=row.facts.stock,
        rule=rule,
    )


def chosen_for(target: PricingJob) -> QuerySet[Any]:
    """Return the variants that a job of rules is about."""
    asked = {**target.selection}
    outcomes = asked.pop("outcomes", None)
    selection = Selection.from_query(asked)
    if target.again_of_id is not None:
        again = ProcessingResult.objects.filter(
            job_id=target.again_of_id, outcome__in=outcomes or [Outcome.FAILED]
        )
        # "Everything" that ended so, within what the first job meant.
        rows = variants_matching(target.shop_id, Selection(all=True))
        return rows.filter(connection_id=target.connection_id, pk__in=again.values("variant_id"))
    return chosen_variants(
        target.shop_id,
        selection,
        connection_id=target.connection_id,
        price_file_id=target.price_file_id,
    )


def _with_surroundings(
    rows: QuerySet[Any], shop_id: UUID, job_id: UUID | None, now: dt.datetime
) -> QuerySet[Any]:
    """Annotate what else holds a variant: a lock, another open job, a recent edit by hand."""
    open_jobs = list(
        PricingJob.objects.for_shop(shop_id)
        .filter(state__in=OPEN)
        .exclude(Q(pk=job_id))
        .exclude(state=PricingJobState.PLANNED, expires_at__lte=now)
        .values_list("pk", flat=True)
    )
    edits = AuditTrailEntry.objects.for_shop(shop_id).filter(
        layer=Layer.OUTSIDE, at__gte=now - LATELY
    )
    others: Any = Value(value=False, output_field=BooleanField())
    if open_jobs:
        # By (job, variant), which is unique: a probe for each open job, however many are over.
        others = Exists(
            PlannedChange.objects.filter(job_id__in=open_jobs, variant_id=OuterRef("pk"), skip="")
        )
    annotated: QuerySet[Any] = rows.annotate(
        locked=as_column(locked_condition(shop_id)),
        in_other_job=others,
        edited_lately=as_column(Q(pk__in=edits.values("variant_id"))),
    )
    return annotated
