"""Make a plan: evaluate the rule on every chosen variant and store what would happen.

One transaction: a plan is there whole or not at all. Rows stream from a server-side cursor
through the rule into ``COPY``, so memory does not grow with the size of the plan.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalog_sync.api import Selection, variants_matching
from foundation.work.api import Running

from .contracts import Price, Rule
from .enums import Action, JobKind, Outcome, PricingJobState, SkipReason
from .models import PlannedChange, PricingJob, ProcessingResult
from .rules import evaluate
from .states import transition

READ_CHUNK = 2_000
# One claim reads its rows in one call (250 ids, contract §6) and then writes product by product;
# fewer products keep the time between that read and the last write short.
ROWS_PER_BATCH = 250
PRODUCTS_PER_BATCH = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A row of the plan before it has a position."""

    variant_id: UUID
    variant_vendor_id: int
    product_vendor_id: int
    before: Price
    target: Price | None
    skip: SkipReason | None


def make_plan(job: Running, *, pricing_job_id: UUID) -> None:
    """Plan the job that is in ``planning``; afterwards it is ``planned`` and has a hash."""
    with transaction.atomic():
        job.fence()
        target = PricingJob.objects.select_for_update().get(pk=pricing_job_id)
        if target.state != PricingJobState.PLANNING:
            return
        PlannedChange.objects.filter(job=target).delete()
        writer = _PlanWriter(target, _digest(target))
        writer.write(_drafts(target), job)
        now = timezone.now()
        PricingJob.objects.filter(pk=target.pk).update(
            plan_hash=writer.digest.hexdigest(),
            planned_changes=writer.changes,
            planned_skips=writer.skips,
            planned_at=now,
            expires_at=now + dt.timedelta(minutes=settings.PRICING_PLAN_MINUTES),
        )
        transition(target.pk, PricingJobState.PLANNED, shop_id=target.shop_id)


def plan_hash_of_rows(target: PricingJob) -> str:
    """Hash the stored plan again; differs from the job's when somebody altered a row or a rule."""
    digest = _digest(target)
    rows = PlannedChange.objects.filter(job=target).order_by("position")
    for row in rows.iterator(chunk_size=READ_CHUNK):
        before = Price(row.before_price, row.before_compare_at)
        planned = (
            None if row.target_price is None else Price(row.target_price, row.target_compare_at)
        )
        _feed(digest, row.variant_vendor_id, before, planned, row.skip)
    return digest.hexdigest()


def rule_of(target: PricingJob) -> Rule:
    """Return the job's rule as a value."""
    row = target.rules.get()
    return Rule(action=Action(row.action), value=row.value, step=row.step, floor=row.floor)


def _digest(target: PricingJob) -> "hashlib._Hash":
    head: dict[str, Any] = {"job": str(target.pk), "kind": target.kind}
    if target.kind == JobKind.MANUAL:
        rule = rule_of(target)
        amounts = (rule.value, rule.step, rule.floor)
        head["rule"] = [rule.action, *(None if a is None else f"{a:.6f}" for a in amounts)]
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode())


def _feed(
    digest: "hashlib._Hash", variant: int, before: Price, planned: Price | None, skip: str
) -> None:
    amounts = (
        before.price,
        before.compare_at,
        *((planned.price, planned.compare_at) if planned else (None, None)),
    )
    texts = ["-" if amount is None else f"{amount:.2f}" for amount in amounts]
    digest.update(f"{variant}|{'|'.join(texts)}|{skip}\n".encode())


def _drafts(target: PricingJob) -> Iterator[Draft]:
    if target.kind == JobKind.MANUAL:
        yield from _manual_drafts(target)
    else:
        yield from _undo_drafts(target)


def _manual_drafts(target: PricingJob) -> Iterator[Draft]:
    rule = rule_of(target)
    rows = (
        variants_matching(target.shop_id, Selection.from_query(target.selection))
        .filter(connection_id=target.connection_id)
        .order_by("product__vendor_id", "position", "vendor_id")
        .values_list("id", "vendor_id", "product__vendor_id", "price", "compare_at")
    )
    for variant_id, vendor_id, product, price, compare_at in rows.iterator(chunk_size=READ_CHUNK):
        before = Price(price, compare_at)
        result = evaluate(rule, before)
        yield Draft(variant_id, vendor_id, product, before, result.target, result.skip)


def _undo_drafts(target: PricingJob) -> Iterator[Draft]:
    """Turn results around: what we set is expected, what was there before is the target.

    A restore aims at the outside value that our write overwrote instead. A variant whose price
    is no longer what we set was edited since: it is left alone (three-way check; the engine
    checks again against the live price before it writes).
    """
    restore = target.kind == JobKind.RESTORE
    outcomes = [Outcome.OVERWRITTEN] if restore else [Outcome.APPLIED, Outcome.OVERWRITTEN]
    wanted = target.selection.get("result_ids")
    rows = ProcessingResult.objects.filter(job_id=target.rollback_of_id, outcome__in=outcomes)
    if wanted is not None:
        rows = rows.filter(pk__in=wanted)
    fields = (
        ("found_price", "found_compare_at") if restore else ("before_price", "before_compare_at")
    )
    values = rows.order_by(
        "variant__product__vendor_id", "variant__position", "variant__vendor_id"
    ).values_list(
        "variant_id",
        "variant__vendor_id",
        "variant__product__vendor_id",
        "target_price",
        "target_compare_at",
        *fields,
        "variant__price",
        "variant__compare_at",
        "variant__deleted_at",
    )
    for row in values.iterator(chunk_size=READ_CHUNK):
        ours, back, mirrored = Price(row[3], row[4]), Price(row[5], row[6]), Price(row[7], row[8])
        skip = None
        if row[9] is not None:
            skip = SkipReason.GONE
        elif mirrored == back:
            skip = SkipReason.NO_CHANGE
        elif mirrored != ours:
            skip = SkipReason.EDITED_SINCE
        before = mirrored if skip else ours
        yield Draft(row[0], row[1], row[2], before, None if skip else back, skip)


class _PlanWriter:
    """Gives rows their positions and batches, and copies them in."""

    def __init__(self, target: PricingJob, digest: "hashlib._Hash") -> None:
        self.digest = digest
        self.changes = 0
        self.skips = 0
        self._job = target
        self._position = 0
        self._batch = 0
        self._rows_in_batch = 0
        self._products_in_batch = 0

    def write(self, drafts: Iterable[Draft], job: Running) -> None:
        copy_sql = (
            "COPY pricing_plannedchange (job_id, position, batch, variant_id, variant_vendor_id,"
            " product_vendor_id, before_price, before_compare_at, target_price,"
            " target_compare_at, skip) FROM STDIN"
        )
        # The plan reads through a cursor on this connection, so each piece is copied by itself.
        piece: list[tuple[Any, ...]] = []
        for product in _by_product(drafts):
            piece.extend(self._place(product))
            if len(piece) >= READ_CHUNK:
                self._copy(copy_sql, piece)
                job.heartbeat()
        self._copy(copy_sql, piece)

    def _place(self, product: list[Draft]) -> Iterator[tuple[Any, ...]]:
        changed = [draft for draft in product if draft.target is not None]
        size = self._job.variants_per_call
        batch_of: dict[UUID, int] = {}
        for start in range(0, len(changed), size):
            chunk = changed[start : start + size]
            self._open_batch(len(chunk))
            batch_of.update({draft.variant_id: self._batch for draft in chunk})
        for draft in product:
            self._position += 1
            self.changes += draft.target is not None
            self.skips += draft.target is None
            _feed(
                self.digest, draft.variant_vendor_id, draft.before, draft.target, draft.skip or ""
            )
            goal: tuple[Decimal | None, Decimal | None] = (
                (draft.target.price, draft.target.compare_at) if draft.target else (None, None)
            )
            yield (
                self._job.pk,
                self._position,
                batch_of.get(draft.variant_id),
                draft.variant_id,
                draft.variant_vendor_id,
                draft.product_vendor_id,
                draft.before.price,
                draft.before.compare_at,
                *goal,
                draft.skip or "",
            )

    def _open_batch(self, rows: int) -> None:
        full = (
            self._batch == 0
            or self._rows_in_batch + rows > ROWS_PER_BATCH
            or self._products_in_batch >= PRODUCTS_PER_BATCH
        )
        if full:
            self._batch += 1
            self._rows_in_batch = self._products_in_batch = 0
        self._rows_in_batch += rows
        self._products_in_batch += 1

    def _copy(self, sql: str, piece: list[tuple[Any, ...]]) -> None:
        if not piece:
            return
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in piece:
                copy.write_row(row)
        piece.clear()


def _by_product(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    product: list[Draft] = []
    for draft in drafts:
        if product and product[0].product_vendor_id != draft.product_vendor_id:
            yield product
            product = []
        product.append(draft)
    if product:
        yield product
