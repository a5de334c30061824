"""Drafts of a job that takes another one back, or gives overwritten edits their price back."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Self
from uuid import UUID

from django.db.models import Q, QuerySet

from catalog_sync.api import Selection, variants_matching
from pricing.contracts import BaseChange, Price
from pricing.enums import UNDONE_BY, JobKind, SkipReason
from pricing.facts import READ_CHUNK, VariantRow, read_facts
from pricing.layering import Layers, Shown
from pricing.locks import as_column, locked_condition
from pricing.models import PricingJob, ProcessingResult

from .drafts import Draft

_ORDER = "variant__product__vendor_id", "variant__position", "variant__vendor_id"
_COLUMNS = (
    "variant_id",
    "variant__vendor_id",
    "variant__product__vendor_id",
    "variant__price",
    "variant__compare_at",
    "variant__deleted_at",
    "variant__cost",
    "variant__stock",
    "locked",
    "variant__covered__stack",
    "variant__covered__base_price",
    "variant__covered__base_compare_at",
    "target_price",
    "target_compare_at",
    "base_target_price",
    "base_target_compare_at",
    "base_before_price",
    "base_before_compare_at",
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A result to be turned around.

    ``ours`` is the merchant's own price as the job set it, ``goal`` what it was before, ``own``
    what it is now by the mirror.
    """

    ids: tuple[UUID, int, int]
    shown: Price
    own: Price
    ours: Price
    goal: Price
    gone: bool
    locked: bool
    covered: bool
    cost: Decimal | None
    stock: int | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Read a row of ``_COLUMNS`` and the two columns of what goes back."""
        shown = Price(*row[3:5])
        # Where a campaign covered the variant when it was written, the job set its base price.
        by_base = row[14] is not None
        return cls(
            ids=(row[0], row[1], row[2]),
            shown=shown,
            own=shown if row[9] is None else Price(*row[10:12]),
            ours=Price(*row[14:16]) if by_base else Price(*row[12:14]),
            goal=Price(*row[16:18]) if by_base else Price(*row[18:20]),
            gone=row[5] is not None,
            locked=row[8],
            covered=row[9] is not None,
            cost=row[6],
            stock=row[7],
        )

    @property
    def skip(self) -> SkipReason | None:
        """Why it is left alone, by what is there, what we set, and what goes back."""
        if self.gone:
            return SkipReason.GONE
        if self.locked:
            return SkipReason.LOCKED
        if self.own == self.goal:
            return SkipReason.NO_CHANGE
        return None if self.own == self.ours else SkipReason.EDITED_SINCE


def undo_drafts(target: PricingJob, *, now: dt.datetime) -> Iterator[Draft]:
    """Turn results around: what we set is expected, what was there before is the target.

    A restore aims at the outside value that our write overwrote instead. A variant whose price
    is no longer what we set was edited since: it is left alone (three-way check; the engine
    checks again against the live price before it writes). Where a campaign covers the variant the
    merchant's own price goes back, and the shown one follows from the campaign's layer.
    """
    layers = Layers(now=now)
    results = _results(target).iterator(chunk_size=READ_CHUNK)
    while piece := [_Written.of(row) for row in islice(results, READ_CHUNK)]:
        covered = _facts_of([each.ids[0] for each in piece if each.covered], target)
        for each in piece:
            yield _draft(each, covered, layers)


def _draft(each: _Written, covered: Mapping[UUID, VariantRow], layers: Layers) -> Draft:
    skip = each.skip
    if skip is not None:
        return Draft(*each.ids, each.shown, None, skip, cost=each.cost, stock=each.stock)
    base, shown = None, Shown(each.goal, None)
    if each.covered:
        base = BaseChange(each.own, each.goal)
        shown = layers.shown(covered[each.ids[0]], each.goal)
    return Draft(
        *each.ids,
        each.shown,
        shown.price,
        None,
        base=base,
        cost=each.cost,
        stock=each.stock,
        layer_ref=shown.layer_ref,
    )


def _facts_of(variant_ids: Sequence[UUID], target: PricingJob) -> dict[UUID, VariantRow]:
    if not variant_ids:
        return {}
    rows = variants_matching(target.shop_id, Selection(variant_ids=tuple(variant_ids)))
    # Layers may ask for anything, so everything is read for these few.
    return {row.variant_id: row for row in read_facts(rows, (), levels=True)}


def written_for(target: PricingJob) -> QuerySet[ProcessingResult]:
    """Return the results that a way back is about."""
    outcomes = UNDONE_BY[JobKind(target.kind)]
    rows = ProcessingResult.objects.filter(job_id=target.rollback_of_id, outcome__in=outcomes)
    wanted = target.selection.get("result_ids")
    return rows if wanted is None else rows.filter(pk__in=wanted)


def _results(target: PricingJob) -> QuerySet[ProcessingResult, tuple[Any, ...]]:
    restore = target.kind == JobKind.RESTORE
    back = ("found_price", "found_compare_at") if restore else ("before_price", "before_compare_at")
    rows = written_for(target).annotate(locked=_locked(target))
    return rows.order_by(*_ORDER).values_list(*_COLUMNS, *back)


def _locked(target: PricingJob) -> Any:
    condition = locked_condition(target.shop_id)
    if condition is not None:
        locked = variants_matching(target.shop_id, Selection(all=True)).filter(condition)
        condition = Q(variant_id__in=locked.values("pk"))
    return as_column(condition)
