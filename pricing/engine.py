"""The one engine: the only place in the house from which a Shopify price is written.

A batch is claimed as a job. Its rows are read live, decided (``deciding.py``), their absolute
targets stored (T1); each product is written by one mutation and the answer recorded row by row
(T2). No network call stands inside a transaction, and nothing is recorded once the lease is lost.

After a crash or a lost answer the stored intent tells what may have happened: the live price is
read back and is the target (ours: done), what we read before (write it), or something else
(somebody's edit: kept and reported). The write's own webhook may have told by then that it did
happen and was edited right after. Nothing is ever repeated blindly.

Of two jobs that write the same variant one waits: T1 locks the variants' rows of the mirror and
looks for intents of others. Shopify has no conditional price write (contract §4.1). An edit by
others between our read and our write can therefore not be prevented; ``outside.py`` finds it by
its webhook and reports it.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol
from uuid import UUID

from django.db import transaction

from catalog_sync.api import lock_variants, shopify_client
from connectors.shopify.api import LivePrice, PriceWrite, PriceWriteAnswer
from foundation.failures import OutcomeUnknown, Parked, Transient, Wait
from foundation.outbound.api import pass_gate
from foundation.work.api import Running

from . import recording
from .contracts import PlannedRow, Price, Settled
from .deciding import Reading, decide
from .enums import JobKind, Outcome, PricingJobState
from .following import decide_following
from .models import PricingJob
from .queries.rows import database_clock, held_by_others, open_rows, unsettled_rows
from .states import paused_key

# A lost answer is read back and, if nothing had happened, written again this often at once.
TRIES_AT_ONCE = 3
READ_LIMIT = 250
HELD_SECONDS = 1.0


class Prices(Protocol):
    """What the engine needs of the vendor's client."""

    def live_prices(self, variant_ids: Sequence[int]) -> dict[int, LivePrice | None]:
        """Read what the variants cost now; None for one that is gone."""

    def write_prices(
        self, product_id: int, rows: Sequence[PriceWrite], *, partial: bool = True
    ) -> PriceWriteAnswer:
        """Write absolute prices of variants of one product."""


def apply_batch(job: Running, *, pricing_job_id: UUID, batch: int) -> None:
    """Bring the rows of one batch to their end. Safe to run again at any point."""
    target = PricingJob.objects.get(pk=pricing_job_id, shop_id=job.shop_id)
    if target.state not in (PricingJobState.RUNNING, PricingJobState.PAUSED):
        return
    rows = open_rows(target.pk, batch)
    if not rows:
        return
    stop = _stopped(target)
    if stop is not None:
        _let_go(job, target, [row for row in rows if row.intended])
        raise stop
    # Paid for as a whole: waiting for points between two products would mean reading again.
    with shopify_client(target.connection_id, job=job).prepaid(
        reads=-(-len(rows) // READ_LIMIT),
        writes=[len(call) for call in _calls(target, rows)],
    ) as client:
        work = _Batch(job, target, client)
        calls = _calls(target, work.decide_and_record(rows, work.read(rows)))
        for place, call in enumerate(calls):
            job.heartbeat()
            job.stop_if_cancelled()
            stop = _stopped(target)
            if stop is not None:
                # They were intended and never sent: whoever waits for these variants may go on.
                unsent = [row for rest in calls[place:] for row in rest]
                with transaction.atomic():
                    job.fence()
                    recording.withdraw(target, unsent)
                raise stop
            writable = call
            if not work.reading.fresh:
                writable = work.decide_and_record(call, work.read(call))
            if writable:
                work.write_product(writable)
    work.wait_for_others()


def _calls(target: PricingJob, rows: Sequence[PlannedRow]) -> list[list[PlannedRow]]:
    """Split rows into what one mutation takes: of one product, and as many as the job allows."""
    calls = []
    for _, group in groupby(rows, key=lambda row: row.product_vendor_id):
        product, most = list(group), target.variants_per_call
        calls += [product[start : start + most] for start in range(0, len(product), most)]
    return calls


def _is_paused(target: PricingJob) -> bool:
    return PricingJob.objects.filter(pk=target.pk, state=PricingJobState.PAUSED).exists()


def _stopped(target: PricingJob) -> Parked | None:
    """Return why nothing may be written now: a person has paused the job, or frozen the shop.

    Who waits for that holds no intent: others that want the same prices would ask every second.
    """
    if _is_paused(target):
        return Parked(key=paused_key(target.pk), why="The price job is paused.")
    try:
        pass_gate(target.connection_id, changes=True)
    except Parked as parked:
        return parked
    return None


def settle_intents(job: Running, target: PricingJob) -> None:
    """Find out what became of writes that were under way when the run was stopped.

    Reads only: nothing is written abroad any more.
    """
    rows = unsettled_rows(target.pk)
    for start in range(0, len(rows), READ_LIMIT):
        unwritten = _settle(job, target, rows[start : start + READ_LIMIT])
        settled = [
            Settled(row, Outcome.SKIPPED, "The run was stopped before it was written.")
            for row in unwritten
        ]
        with transaction.atomic():
            job.fence()
            recording.record(target, settled)
        job.heartbeat()


def _let_go(job: Running, target: PricingJob, rows: list[PlannedRow]) -> None:
    """Settle what a worker left behind before the pause, and forget what it never sent."""
    for start in range(0, len(rows), READ_LIMIT):
        unwritten = _settle(job, target, rows[start : start + READ_LIMIT])
        with transaction.atomic():
            job.fence()
            recording.withdraw(target, unwritten)
        job.heartbeat()


def _settle(job: Running, target: PricingJob, rows: list[PlannedRow]) -> list[PlannedRow]:
    """Record what became of intents by reading back; returns those that never happened."""
    work = _Batch(job, target, shopify_client(target.connection_id, job=job))
    decided = decide(target, rows, work.read(rows))
    with transaction.atomic():
        job.fence()
        recording.record(target, decided.settled)
    return decided.writable


class _Batch:
    """One attempt at some rows: the last reading, and the variants that another job holds."""

    def __init__(self, job: Running, target: PricingJob, client: Prices) -> None:
        self._job = job
        self._target = target
        self._client = client
        self._held: dict[UUID, str] = {}
        self.reading: Reading

    def read(self, rows: Sequence[PlannedRow]) -> Reading:
        """Read the rows' live prices."""
        since, at = database_clock(), time.monotonic()
        ids = [row.variant_vendor_id for row in rows]
        prices: dict[int, LivePrice | None] = {}
        for start in range(0, len(ids), READ_LIMIT):
            prices.update(self._client.live_prices(ids[start : start + READ_LIMIT]))
        self.reading = Reading(prices, at, since)
        return self.reading

    def decide_and_record(self, rows: Sequence[PlannedRow], reading: Reading) -> list[PlannedRow]:
        """T1: record what has ended and store the intents of the rest; returns the rest."""
        follows = self._target.kind == JobKind.CAMPAIGN
        decided = None if follows else decide(self._target, rows, reading)
        with transaction.atomic():
            self._job.fence()
            free = self._lock(rows if decided is None else decided.writable, reading)
            if decided is None:
                # What is shown under campaigns is worked out while nobody can move a layer.
                decided = decide_following(self._target, free, reading)
                free = decided.writable
            recording.record(self._target, decided.settled)
            recording.intend(self._target, free, reading.prices)
        return [replace(row, intended=True) for row in free]

    def _lock(self, rows: Sequence[PlannedRow], reading: Reading) -> list[PlannedRow]:
        """Lock the rows' variants; returns the rows that no other job is writing."""
        if not rows:
            return []
        # Whoever locks second sees the other's intents, and waits.
        lock_variants(self._target.connection_id, [row.variant_vendor_id for row in rows])
        held = held_by_others(
            self._target.pk, [row.variant_id for row in rows], since=reading.since
        )
        self._held.update(held)
        recording.withdraw(self._target, [row for row in rows if row.variant_id in held])
        return [row for row in rows if row.variant_id not in held]

    def wait_for_others(self) -> None:
        """Come back later when another job held some of the variants."""
        if self._held:
            name = next(iter(self._held.values()))
            raise Wait(
                seconds=HELD_SECONDS,
                why=f"Price job “{name}” is writing some of the same prices; this goes on after.",
            )

    def write_product(self, rows: list[PlannedRow]) -> None:
        """Write variants of one product; a lost answer is read back before anything else."""
        for _ in range(TRIES_AT_ONCE):
            try:
                answer = self._client.write_prices(
                    rows[0].product_vendor_id, [_wire(row) for row in rows], partial=True
                )
            except OutcomeUnknown:
                unknown = rows
            else:
                # T2: what the answer says of each row.
                settled = list(_read_answer(rows, answer))
                with transaction.atomic():
                    self._job.fence()
                    recording.record(self._target, settled)
                ended = {settled_row.row.planned_id for settled_row in settled}
                unknown = [row for row in rows if row.planned_id not in ended]
            if not unknown:
                return
            # Read back: only what demonstrably did not happen is written again.
            rows = self.decide_and_record(unknown, self.read(unknown))
            if not rows:
                return
            self._job.heartbeat()
            self._job.stop_if_cancelled()
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
                found=None if now == row.target else now,
                written_updated_at=written.updated_at,
                vendor_request_id=answer.request_id,
            )
