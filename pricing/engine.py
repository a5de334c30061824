"""The one engine: the only place in the house from which a Shopify price is written.

A batch is claimed as a job. Its rows are read live, decided, their absolute targets stored
(T1); each product is written by one mutation and the answer recorded row by row (T2). No
network call stands inside a transaction, and nothing is recorded once the lease is lost.

After a crash or a lost answer the stored intent tells what may have happened: the live price is
read back and is the target (ours: done), what we read before (write it), or something else
(somebody's edit: kept and reported). The write's own webhook may have told by then that it did
happen and was edited right after. Nothing is ever repeated blindly.

Shopify has no conditional price write (contract §4.1). An edit between our read and our write
can therefore not be prevented; ``outside.py`` finds it by its webhook and reports it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol
from uuid import UUID

from django.db import transaction

from catalog_sync.api import shopify_client
from connectors.shopify.api import LivePrice, PriceWrite, PriceWriteAnswer
from foundation.failures import OutcomeUnknown, Transient
from foundation.work.api import Running

from . import recording
from .contracts import PlannedRow, Price, Settled
from .enums import Outcome, PricingJobState
from .models import PricingJob
from .queries import open_rows, unsettled_rows

# A read older than this is taken again before the next product is written.
FRESH_SECONDS = 2.0
# A lost answer is read back and, if nothing had happened, written again this often at once.
TRIES_AT_ONCE = 3
READ_LIMIT = 250

CHANGED_SINCE = "Changed in the shop since the plan; that price was kept."
CHANGED_WHILE = "Changed in the shop while it was being written; that price was kept."
GONE = "The variant is no longer in the shop."
READ_BACK = "Shopify's answer was lost; reading back showed the new price."


class Prices(Protocol):
    """What the engine needs of the vendor's client."""

    def live_prices(self, variant_ids: Sequence[int]) -> dict[int, LivePrice | None]:
        """Read what the variants cost now; None for one that is gone."""

    def write_prices(
        self, product_id: int, rows: Sequence[PriceWrite], *, partial: bool = True
    ) -> PriceWriteAnswer:
        """Write absolute prices of variants of one product."""


@dataclass(slots=True)
class _Reading:
    """Live prices with the moment they were read."""

    prices: dict[int, LivePrice | None]
    at: float

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.at < FRESH_SECONDS


def apply_batch(job: Running, *, pricing_job_id: UUID, batch: int) -> None:
    """Bring the rows of one batch to their end. Safe to run again at any point."""
    target = PricingJob.objects.get(pk=pricing_job_id, shop_id=job.shop_id)
    if target.state != PricingJobState.RUNNING:
        return
    rows = open_rows(target.pk, batch)
    if not rows:
        return
    # Paid for as a whole: waiting for points between two products would mean reading again.
    with shopify_client(target.connection_id, job=job).prepaid(
        reads=-(-len(rows) // READ_LIMIT),
        writes=[len(call) for call in _calls(target, rows)],
    ) as client:
        reading = _read(client, rows)
        for call in _calls(target, _decide_and_record(job, target, rows, reading)):
            job.heartbeat()
            job.stop_if_cancelled()
            writable = call
            if not reading.fresh:
                writable = _decide_and_record(job, target, call, _read(client, call))
            if writable:
                _write_product(job, target, client, writable)


def _calls(target: PricingJob, rows: Sequence[PlannedRow]) -> list[list[PlannedRow]]:
    """Split rows into what one mutation takes: of one product, and as many as the job allows."""
    calls = []
    for _, group in groupby(rows, key=lambda row: row.product_vendor_id):
        product, most = list(group), target.variants_per_call
        calls += [product[start : start + most] for start in range(0, len(product), most)]
    return calls


def settle_intents(job: Running, target: PricingJob) -> None:
    """Find out what became of writes that were under way when the run was stopped.

    Reads only: nothing is written abroad any more.
    """
    rows = unsettled_rows(target.pk)
    if not rows:
        return
    client = shopify_client(target.connection_id, job=job)
    for start in range(0, len(rows), READ_LIMIT):
        piece = rows[start : start + READ_LIMIT]
        reading = _read(client, piece)
        settled, writable = _decide(piece, reading)
        settled += [
            Settled(row, Outcome.SKIPPED, "The run was stopped before it was written.")
            for row in writable
        ]
        with transaction.atomic():
            job.fence()
            recording.record(target, settled)
        job.heartbeat()


def _read(client: Prices, rows: Sequence[PlannedRow]) -> _Reading:
    at = time.monotonic()
    ids = [row.variant_vendor_id for row in rows]
    prices: dict[int, LivePrice | None] = {}
    for start in range(0, len(ids), READ_LIMIT):
        prices.update(client.live_prices(ids[start : start + READ_LIMIT]))
    return _Reading(prices, at)


def _decide(
    rows: Sequence[PlannedRow], reading: _Reading
) -> tuple[list[Settled], list[PlannedRow]]:
    """Split rows into those that have ended and those to write, by their live price."""
    settled: list[Settled] = []
    writable: list[PlannedRow] = []
    for row in rows:
        live = reading.prices.get(row.variant_vendor_id)
        if live is None:
            settled.append(Settled(row, Outcome.FAILED, GONE))
            continue
        now = Price(live.price, live.compare_at)
        if row.intended_before is not None:
            settled_row = _resolve(row, row.intended_before, now, live)
            if settled_row is None:
                writable.append(row)
            else:
                settled.append(settled_row)
        elif now == row.target:
            settled.append(Settled(row, Outcome.UNCHANGED, "It had this price already.", found=now))
        elif now != row.before:
            settled.append(Settled(row, Outcome.CONFLICT, CHANGED_SINCE, found=now))
        else:
            writable.append(row)
    return settled, writable


def _resolve(row: PlannedRow, before: Price, now: Price, live: LivePrice) -> Settled | None:
    """Tell what became of an earlier write; None: it never happened and may be done now."""
    if now == row.target:
        return Settled(
            row, Outcome.APPLIED, READ_BACK, found=before, written_updated_at=live.updated_at
        )
    if row.echoed_at is not None:
        return Settled(
            row, Outcome.APPLIED, recording.ECHOED, found=before, written_updated_at=row.echoed_at
        )
    if now == before:
        return None
    return Settled(row, Outcome.CONFLICT, CHANGED_WHILE, found=now)


def _decide_and_record(
    job: Running, target: PricingJob, rows: Sequence[PlannedRow], reading: _Reading
) -> list[PlannedRow]:
    """T1: record what has ended and store the intents of the rest."""
    settled, writable = _decide(rows, reading)
    with transaction.atomic():
        job.fence()
        recording.record(target, settled)
        recording.intend(target, writable, reading.prices)
    return [replace(row, intended_before=row.before) for row in writable]


def _write_product(
    job: Running, target: PricingJob, client: Prices, rows: list[PlannedRow]
) -> None:
    for _ in range(TRIES_AT_ONCE):
        try:
            answer = client.write_prices(
                rows[0].product_vendor_id, [_wire(row) for row in rows], partial=True
            )
        except OutcomeUnknown:
            unknown = rows
        else:
            # T2: what the answer says of each row.
            settled = list(_read_answer(rows, answer))
            with transaction.atomic():
                job.fence()
                recording.record(target, settled)
            ended = {settled_row.row.planned_id for settled_row in settled}
            unknown = [row for row in rows if row.planned_id not in ended]
        if not unknown:
            return
        # Read back: only what demonstrably did not happen is written again.
        rows = _decide_and_record(job, target, unknown, _read(client, unknown))
        if not rows:
            return
        job.heartbeat()
        job.stop_if_cancelled()
    message = (
        f"Shopify's answers about product {rows[0].product_vendor_id} were lost "
        f"{TRIES_AT_ONCE} times; nothing was changed by them. It is tried again later."
    )
    raise Transient(message)


def _wire(row: PlannedRow) -> PriceWrite:
    return PriceWrite(row.variant_vendor_id, row.target.price, row.target.compare_at)


def _read_answer(rows: Sequence[PlannedRow], answer: PriceWriteAnswer) -> Iterator[Settled]:
    for row in rows:
        error = answer.product_error or answer.errors.get(row.variant_vendor_id)
        written = answer.rows.get(row.variant_vendor_id)
        if error is not None:
            yield Settled(
                row,
                Outcome.FAILED,
                f"Shopify refused it: {error.message}",
                vendor_request_id=answer.request_id,
            )
        elif written is not None:
            now = Price(written.price, written.compare_at)
            outcome = Outcome.APPLIED if now == row.target else Outcome.FAILED
            yield Settled(
                row,
                outcome,
                "" if now == row.target else f"Shopify stored {now.price} instead.",
                found=row.before if now == row.target else now,
                written_updated_at=written.updated_at,
                vendor_request_id=answer.request_id,
            )
