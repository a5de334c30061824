"""How far the mirror's jobs are."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.apps import apps

_ENDED: Final = ("done", "dead", "cancelled")


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a job is. Counts are None before its first page; texts are for people."""

    job_id: int
    state: str
    done: int | None
    total: int | None
    started_at: dt.datetime | None
    moved_at: dt.datetime | None
    waiting_for: str
    error: str

    @property
    def ended(self) -> bool:
        """Whether nothing more comes by itself soon."""
        return self.state in _ENDED


def sync_progress(job_id: int) -> SyncProgress:
    """Read how far a job is; one that was pruned meanwhile is done."""
    return progress_of([job_id]).get(job_id) or SyncProgress(
        job_id, "done", None, None, None, None, "", ""
    )


def progress_of(job_ids: Iterable[int]) -> dict[int, SyncProgress]:
    """Read how far jobs are, by id, in one query; pruned ones are left out."""
    rows = apps.get_model("work", "Job").objects.filter(pk__in=list(job_ids))
    names = ("state", "progress_done", "progress_total", "created_at", "progress_at")
    return {
        row[0]: SyncProgress(*row) for row in rows.values_list("pk", *names, "waiting_for", "error")
    }
