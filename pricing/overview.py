"""The card of prices on the index."""

import datetime as dt
from collections.abc import Callable, Sequence
from uuid import UUID

from django.urls import reverse

from foundation.cards import Card, Line, Running, Tone
from foundation.zones import local_in

from .enums import PricingJobState
from .models import PricingJob
from .presenting import Done, end_of_today, known_zone
from .queries.jobs import coming, counted, moved_at, underway

# Failures and overwritten edits older than this are on the list, not on the index.
RECENT = dt.timedelta(days=7)
SHOWN = 4
# Open jobs that are looked at for what waits; older ones are on the list.
LOOKED_AT = 60
S = PricingJobState
WRITING = (S.RUNNING, S.CANCELLING)
# No zone is further from UTC; what is not the shop's today is sorted out here.
A_DAY_AT_MOST = dt.timedelta(hours=40)


def overview(shop_id: UUID, now: dt.datetime) -> Card:
    """Say which prices run, wait for a person, begin or end today, failed, overwrote an edit.

    Who looks is not known here, so what waits for approval is told to everybody. Three queries,
    and one for each of at most ``SHOWN`` running jobs.
    """
    url = reverse("pricing:job_list")
    found = counted(shop_id, now, recent=RECENT)
    jobs = underway(shop_id, limit=LOOKED_AT) if found.total else []
    lines: tuple[Line, ...] = ()
    if found.total:
        failed, lost = Tone.BAD if found.failed else Tone.GOOD, found.overwritten
        lines = (
            Line("Price jobs", f"{found.total:,}", url),
            *_today(shop_id, now),
            Line("Jobs with failures, 7 days", f"{found.failed:,}", url, failed),
            Line("Price ledger", "every change", reverse("pricing:ledger")),
        )
        if lost:
            lines += (Line("Overwrote an edit", f"{lost:,}", url, Tone.WARN),)
    running = [job for job in jobs if job.state in WRITING][:SHOWN]
    return Card(
        title="Prices",
        url=url,
        icon="sell",
        lines=lines,
        waiting=_waiting(jobs, now),
        running=tuple(_running(job) for job in running),
        empty_hint="Plan the first price job: one rule, many prices, and a way back.",
    )


def _waiting(jobs: Sequence[PricingJob], now: dt.datetime) -> tuple[Line, ...]:
    """What a person must decide: first what others wait for, of each sort the latest few."""

    def lines(wanted: Callable[[PricingJob], bool], verb: str) -> list[Line]:
        return [
            Line(f"{verb}: {job.name}", f"{job.planned_changes:,} prices", _page(job), Tone.WARN)
            for job in jobs
            if wanted(job)
        ][:SHOWN]

    def lies(job: PricingJob, state: PricingJobState) -> bool:
        return job.state == state and job.expires_at is not None and job.expires_at > now

    return (
        *lines(lambda job: lies(job, S.AWAITING_APPROVAL), "Waits for approval"),
        *lines(lambda job: job.state == S.PAUSED, "Paused"),
        *lines(lambda job: lies(job, S.PLANNED), "Confirm"),
    )


def _today(shop_id: UUID, now: dt.datetime) -> list[Line]:
    """Say what begins and ends by itself before the shop's day is over."""
    lines = []
    for job in coming(shop_id, before=now + A_DAY_AT_MOST, limit=2 * SHOWN):
        zone = known_zone(job.shop.timezone)
        begins = job.state == S.SCHEDULED
        at = job.run_at if begins else job.ends_at
        if at is not None and at < end_of_today(zone, now):
            word = "Begins today" if begins else "Ends today"
            clock = f"{local_in(zone, at):%H:%M}"
            lines.append(Line(f"{word}: {job.name}", clock, _page(job), Tone.BUSY))
    return lines[:SHOWN]


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
