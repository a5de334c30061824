"""Give drafts their positions and batches, and copy them into the plan."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from pricing.facts import READ_CHUNK
from pricing.models import PricingJob

from .drafts import Draft, risk_of, warnings_of
from .hashing import begin_hash, feed_hash
from .sums import PlanSums

# One claim reads its rows in one call (250 ids, contract §6) and then writes product by product;
# fewer products keep the time between that read and the last write short.
ROWS_PER_BATCH = 250
PRODUCTS_PER_BATCH = 10

_COPY = (
    "COPY pricing_plannedchange (job_id, position, batch, variant_id, variant_vendor_id,"
    " product_vendor_id, before_price, before_compare_at, target_price, target_compare_at,"
    " base_before_price, base_before_compare_at, base_target_price, base_target_compare_at,"
    " cost, stock, rule, risk, warnings, layer_ref, skip) FROM STDIN"
)
_NOTHING = (None, None)


class PlanWriter:
    """Writes one plan; afterwards it knows its hash and what it comes to."""

    def __init__(self, target: PricingJob) -> None:
        """``target`` is a job in ``planning`` that has no rows yet."""
        self.digest = begin_hash(target)
        self.sums = PlanSums()
        self._job = target
        self._position = 0
        self._batch = 0
        self._rows_in_batch = 0
        self._products_in_batch = 0

    @property
    def batches(self) -> int:
        """How many batches there are so far."""
        return self._batch

    def write(self, drafts: Iterable[Draft], heartbeat: Callable[[], None]) -> None:
        """Copy all drafts in; they come product by product."""
        # The plan reads through a cursor on this connection, so each piece is copied by itself.
        piece: list[tuple[Any, ...]] = []
        for product in by_product(drafts):
            self.sums.open_product()
            piece.extend(self._place(product))
            if len(piece) >= READ_CHUNK:
                _copy(piece)
                heartbeat()
        _copy(piece)

    def _place(self, product: list[Draft]) -> Iterator[tuple[Any, ...]]:
        batch_of = self._batches([draft for draft in product if draft.target is not None])
        for draft in product:
            self._position += 1
            skip = draft.skip or ""
            own_target = draft.base.target if draft.base else None
            feed_hash(
                self.digest,
                draft.variant_vendor_id,
                draft.before,
                draft.target,
                base=own_target,
                skip=skip,
            )
            warnings = warnings_of(draft)
            self.sums.add(draft, warnings)
            yield (
                self._job.pk,
                self._position,
                batch_of.get(draft.variant_id),
                draft.variant_id,
                draft.variant_vendor_id,
                draft.product_vendor_id,
                draft.before.price,
                draft.before.compare_at,
                *((draft.target.price, draft.target.compare_at) if draft.target else _NOTHING),
                *(
                    (draft.base.before.price, draft.base.before.compare_at)
                    if draft.base
                    else _NOTHING
                ),
                *((own_target.price, own_target.compare_at) if own_target else _NOTHING),
                draft.cost,
                draft.stock,
                draft.rule,
                risk_of(draft, warnings),
                warnings,
                draft.layer_ref,
                skip,
            )

    def _batches(self, changed: list[Draft]) -> dict[UUID, int]:
        size = self._job.variants_per_call
        batch_of: dict[UUID, int] = {}
        for start in range(0, len(changed), size):
            chunk = changed[start : start + size]
            self._open_batch(len(chunk))
            batch_of.update({draft.variant_id: self._batch for draft in chunk})
        return batch_of

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


def _copy(piece: list[tuple[Any, ...]]) -> None:
    if not piece:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in piece:
            copy.write_row(row)
    piece.clear()


def by_product(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Group drafts that come product by product."""
    product: list[Draft] = []
    for draft in drafts:
        if product and product[0].product_vendor_id != draft.product_vendor_id:
            yield product
            product = []
        product.append(draft)
    if product:
        yield product
