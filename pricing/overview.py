"""The card of prices on the index."""

import datetime as dt
from uuid import UUID

from django.urls import reverse

from foundation.cards import Card, Line, Running, Tone

from .enums import PricingJobState
from .models import PricingJob
from .presenting import Done
from .queries.jobs import counted, moved_at, underway

# Failures and overwritten edits older than this are on the list, not on the index.
RECENT = dt.timedelta(days=7)
SHOWN = 4
WRITING = (PricingJobState.RUNNING, PricingJobState.CANCELLING)


def overview(shop_id: UUID, now: dt.datetime) -> Card:
    """Say which prices run, wait for a person, failed or overwrote an edit.

    Two queries, and one for each of at most ``SHOWN`` running jobs.
    """
    url = reverse("pricing:job_list")
    found = counted(shop_id, now, recent=RECENT)
    jobs = underway(shop_id, limit=SHOWN) if found.total else []
    lines: tuple[Line, ...] = ()
    if found.total:
        failed, lost = Tone.BAD if found.failed else Tone.GOOD, found.overwritten
        lines = (
            Line("Price jobs", f"{found.total:,}", url),
            Line("Jobs with failures, 7 days", f"{found.failed:,}", url, failed),
            Line("Price ledger", "every change", reverse("pricing:ledger")),
        )
        if lost:
            lines += (Line("Overwrote an edit", f"{lost:,}", url, Tone.WARN),)
    return Card(
        title="Prices",
        url=url,
        icon="sell",
        lines=lines,
        waiting=tuple(
            Line(f"Confirm: {job.name}", f"{job.planned_changes:,} prices", _page(job), Tone.WARN)
            for job in jobs
            if job.state == PricingJobState.PLANNED and job.expires_at and job.expires_at > now
        ),
        running=tuple(_running(job) for job in jobs if job.state in WRITING),
        empty_hint="Plan the first price job: one rule, many prices, and a way back.",
    )


def _page(job: PricingJob) -> str:
    return reverse("pricing:job", kwargs={"job_id": job.pk})


def _running(job: PricingJob) -> Running:
    progress = Done.of(job)
    return Running(
        label=job.name,
        url=_page(job),
        done=progress.done,
        total=progress.total,
        started_at=job.started_at,
        moved_at=moved_at(job) or job.started_at,
    )
