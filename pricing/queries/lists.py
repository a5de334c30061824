"""Reads of price lists: the list of them, the lines of one, what its reading waits for."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from foundation.work.api import JobState, jobs_numbered
from pricing.enums import PriceFileState
from pricing.models import PriceFile, PriceFileLine


@dataclass(frozen=True, slots=True)
class PriceListFilter:
    """What the list of price lists is narrowed to; all of it comes from the URL."""

    text: str = ""
    state: str = ""


def price_lists(shop_id: UUID, chosen: PriceListFilter | None = None) -> QuerySet[PriceFile]:
    """Return a shop's price lists with who uploaded them and how many jobs use each."""
    rows: QuerySet[PriceFile] = PriceFile.objects.for_shop(shop_id)
    if chosen and chosen.text:
        rows = rows.filter(name__icontains=chosen.text)
    if chosen and chosen.state:
        rows = rows.filter(state=chosen.state)
    rows = rows.select_related("uploaded_by", "connection")
    return rows.annotate(job_count=Count("jobs"))


def price_lists_of_all(shop_id: UUID | None = None) -> QuerySet[PriceFile]:
    """Return the price lists of every shop, or of one: for ops, behind no wall."""
    rows: QuerySet[PriceFile] = PriceFile.objects.select_related("shop", "uploaded_by")
    return rows if shop_id is None else rows.filter(shop_id=shop_id)


def unused_lists(before: dt.datetime, shop_id: UUID | None = None) -> QuerySet[PriceFile]:
    """Return the lists uploaded before a moment that no price job was planned with."""
    rows = price_lists_of_all(shop_id).filter(uploaded_at__lt=before, jobs=None)
    return rows.exclude(state=PriceFileState.READING)


def lines_of(file: PriceFile, verdict: str = "") -> QuerySet[PriceFileLine]:
    """Return the lines of a list, those of one verdict if it is said."""
    rows = PriceFileLine.objects.filter(file=file)
    if verdict:
        rows = rows.filter(verdict=verdict)
    return rows.select_related("variant__product")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the reading of a list gets on. ``cause`` is empty while nothing is in its way."""

    state: JobState
    done: int
    total: int
    started_at: dt.datetime | None
    moved_at: dt.datetime | None
    cause: str
    next_at: dt.datetime | None
    work_job_id: int

    @property
    def stopped(self) -> bool:
        """Whether nothing more happens by itself."""
        ended = (JobState.DONE, JobState.CANCELLED)
        return self.state in ended or (self.state is JobState.DEAD and self.next_at is None)


def reading_of(file: PriceFile) -> Reading | None:
    """Return how a list's job gets on; None when it is not being read, or its job is forgotten."""
    if file.state != PriceFileState.READING or file.work_job_id is None:
        return None
    names = ("state", "progress_done", "progress_total", "started_at", "progress_at", "error")
    rows: QuerySet[Any, Any] = jobs_numbered([file.work_job_id]).values(
        *names, "waiting_for", "run_after", "recover_at"
    )
    row = rows.first()
    if row is None:
        return None
    state = JobState(row["state"])
    waits = state is JobState.QUEUED and bool(row["error"] or row["waiting_for"])
    next_at = row["recover_at"] if state is JobState.DEAD else row["run_after"] if waits else None
    return Reading(
        state,
        row["progress_done"] or 0,
        row["progress_total"] or file.size,
        row["started_at"],
        row["progress_at"],
        row["waiting_for"] or row["error"],
        next_at,
        file.work_job_id,
    )
