"""Batches: a zip of print files and tickets for named orders, made by a job.

A batch changes nothing of its orders, and can be made anew at any time; so its file is kept for a
few days only. The row stays, and says what was in it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.storage.api import delete, list_keys
from foundation.work.api import UNFINISHED, JobState, cancel, enqueue, jobs_numbered
from orders.contracts import Refused
from orders.models import PrintBatch

PACK: Final = "orders.pack_batch"
"""Task: {"batch_id"}."""
FOLDER: Final = "batches"
ZIP: Final = "application/zip"
KEEP: Final = dt.timedelta(days=3)
MOST_ORDERS: Final = 200
PRUNE_PIECE: Final = 100


class Files(models.TextChoices):
    """Which print files go into a batch."""

    PDF = "pdf", "PDF with bleed"
    PNG = "png", "PNG"
    BOTH = "both", "PDF and PNG"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The endings of the files."""
        return ("pdf", "png") if self is Files.BOTH else (str(self.value),)


@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch and how far it is; ``job`` None: it is long over."""

    batch: PrintBatch
    job: Any

    @property
    def files(self) -> Files:
        """Which print files are in it."""
        return Files(self.batch.files)

    @property
    def made(self) -> bool:
        """Whether its file can be fetched."""
        return self.batch.finished_at is not None and self.batch.forgotten_at is None

    @property
    def state(self) -> str:
        """A word for where it stands."""
        if self.batch.forgotten_at is not None:
            return "over"
        if self.batch.finished_at is not None:
            return "made"
        if self.job is None or self.job.state in (JobState.CANCELLED, JobState.DONE):
            return "stopped"
        if self.job.state == JobState.DEAD:
            return "failed"
        return "making" if self.job.state == JobState.RUNNING else "waiting"

    @property
    def unfinished(self) -> bool:
        """Whether it is waiting or being made."""
        return self.state in ("making", "waiting")

    @property
    def file_name(self) -> str:
        """What it is called on somebody's disk."""
        return f"prints-{self.batch.created_at:%Y%m%d-%H%M}.zip"


@transaction.atomic
def ask_batch(
    *,
    shop_id: UUID,
    order_ids: Collection[UUID],
    files: Files = Files.PDF,
    actor_id: UUID | None,
) -> PrintBatch:
    """Have a zip made of these orders' print files; the same wish is the one under way.

    Nothing of the orders is changed. Raises :class:`orders.contracts.Refused` when there are none,
    or more than a zip should hold.
    """
    wanted = list(order_ids)
    if not wanted:
        raise Refused("nothing-to-pack", "No order is in production, so there is nothing to print.")
    if len(wanted) > MOST_ORDERS:
        raise Refused(
            "too-many-orders", f"A zip takes at most {MOST_ORDERS} orders. Choose fewer of them."
        )
    known = _under_way(shop_id, wanted, files)
    if known is not None:
        return known
    batch = PrintBatch.objects.create(
        shop_id=shop_id, order_ids=wanted, files=files, requested_by_id=actor_id
    )
    job_id = enqueue(PACK, {"batch_id": batch.pk}, shop_id=shop_id, unique_key=str(batch.pk))
    PrintBatch.objects.filter(pk=batch.pk).update(work_job_id=job_id)
    batch.work_job_id = job_id
    record(
        "orders.batch.asked",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="batch",
        object_id=batch.pk,
        details={"orders": len(wanted), "files": files.value},
    )
    touch("orders", shop_id=shop_id)
    return batch


def _under_way(shop_id: UUID, wanted: list[UUID], files: Files) -> PrintBatch | None:
    rows = PrintBatch.objects.for_shop(shop_id).filter(
        finished_at=None, forgotten_at=None, files=files, order_ids=wanted
    )
    batch: PrintBatch | None = rows.order_by("-created_at").first()
    if batch is None or batch.work_job_id is None:
        return None
    alive = jobs_numbered([batch.work_job_id]).filter(state__in=UNFINISHED).exists()
    return batch if alive else None


def batch_of(shop_id: UUID, batch_id: UUID) -> BatchStanding | None:
    """Return a shop's batch. Two queries."""
    rows = PrintBatch.objects.for_shop(shop_id).filter(pk=batch_id)
    batch = rows.select_related("requested_by").first()
    return None if batch is None else _standing([batch])[0]


def latest_batches(shop_id: UUID, *, limit: int) -> list[BatchStanding]:
    """Return a shop's latest batches. Two queries."""
    rows = PrintBatch.objects.for_shop(shop_id).select_related("requested_by")
    return _standing(list(rows.order_by("-created_at", "-id")[:limit]))


def _standing(batches: list[PrintBatch]) -> list[BatchStanding]:
    numbers = [batch.work_job_id for batch in batches if batch.work_job_id]
    jobs = {job.pk: job for job in jobs_numbered(numbers)}
    return [BatchStanding(batch, jobs.get(batch.work_job_id or 0)) for batch in batches]


def stop_batch(standing: BatchStanding, *, actor_id: UUID) -> None:
    """Stop making a batch; no file is kept."""
    if standing.batch.work_job_id is not None:
        cancel(jobs_numbered([standing.batch.work_job_id]), actor_id=actor_id)
        touch("orders", shop_id=standing.batch.shop_id)


def sweep_batches() -> int:
    """Delete the files of batches that are past their time, and those no row knows."""
    gone = 0
    while rows := list(
        PrintBatch.objects.filter(forgotten_at=None, created_at__lt=timezone.now() - KEEP).order_by(
            "created_at"
        )[:PRUNE_PIECE]
    ):
        for batch in rows:
            # The file first: after a crash in between the next run meets the row again.
            if batch.file_key:
                delete(batch.file_key)
            PrintBatch.objects.filter(pk=batch.pk).update(forgotten_at=timezone.now())
            gone += 1
    for key in list_keys(FOLDER, older_than=KEEP):
        if not PrintBatch.objects.filter(file_key=key, forgotten_at=None).exists():
            delete(key)
            gone += 1
    return gone
