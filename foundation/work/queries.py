"""Reads of jobs for pages: tabs with counts, filters, words for people."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from .enums import JobState
from .models import Job
from .registry import spec_of

# Any number of so many digits is a bigint.
DIGITS = 18


class Tab(StrEnum):
    """The views of the job list. Every job that is not finished is in exactly one."""

    BUSY = "busy"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    RETRYING = "retrying"
    PARKED = "parked"
    DEAD = "dead"
    DONE = "done"


def condition(tab: Tab, now: dt.datetime) -> Q:
    """Return what makes a job stand under ``tab`` at ``now``."""
    queued = Q(state=JobState.QUEUED)
    return {
        Tab.BUSY: Q(state__in=(JobState.RUNNING, JobState.WAITING)),
        Tab.QUEUED: queued & Q(attempts=0, run_after__lte=now),
        Tab.SCHEDULED: queued & Q(attempts=0, run_after__gt=now),
        Tab.RETRYING: queued & Q(attempts__gt=0),
        Tab.PARKED: Q(state=JobState.PARKED),
        Tab.DEAD: Q(state=JobState.DEAD),
        Tab.DONE: Q(state__in=(JobState.DONE, JobState.CANCELLED)),
    }[tab]


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the list is narrowed to; all of it comes from the URL."""

    tab: Tab = Tab.BUSY
    task: str = ""
    group: str = ""
    text: str = ""


def visible_jobs(*, shop_id: UUID, ops: bool) -> QuerySet[Job]:
    """Return the jobs of a shop; people of ops also see those that belong to no shop."""
    own = Q(shop_id=shop_id)
    return Job.objects.filter(own | Q(shop_id=None) if ops else own)


def matching(jobs: QuerySet[Job], chosen: JobFilter, now: dt.datetime) -> QuerySet[Job]:
    """Narrow ``jobs``. The text is looked for in errors, reasons, names, payloads and numbers."""
    found = jobs.filter(condition(chosen.tab, now))
    if chosen.task:
        found = found.filter(name=chosen.task)
    if chosen.group:
        found = found.filter(group=chosen.group)
    if chosen.text:
        wanted = (
            Q(error__icontains=chosen.text)
            | Q(waiting_for__icontains=chosen.text)
            | Q(name__icontains=chosen.text)
            | Q(payload__icontains=chosen.text)
        )
        number = chosen.text.removeprefix("#")
        if number.isdecimal() and len(number) <= DIGITS:
            wanted |= Q(pk=int(number))
        found = found.filter(wanted)
    return found


def counts(jobs: QuerySet[Job], now: dt.datetime) -> dict[Tab, int]:
    """Count the jobs under each tab but "done", in one query over unfinished rows."""
    tabs = [tab for tab in Tab if tab is not Tab.DONE]
    found = jobs.exclude(state__in=(JobState.DONE, JobState.CANCELLED)).aggregate(
        **{str(tab): Count("pk", filter=condition(tab, now)) for tab in tabs}
    )
    return {tab: found[str(tab)] for tab in tabs}


def children_by_state(job: Job) -> dict[str, int]:
    """Count a job's parts by state."""
    rows = Job.objects.filter(parent_id=job.pk).values_list("state").annotate(Count("pk"))
    return dict(rows)


def running_now(*, shop_id: UUID, limit: int = 5) -> list[Job]:
    """Return jobs that run and say how far they are, the latest first."""
    return list(
        Job.objects.for_shop(shop_id)
        .filter(state__in=(JobState.RUNNING, JobState.WAITING), parent=None)
        .filter(Q(progress_total__gt=0) | Q(total_children__gt=0))
        .order_by("-pk")[:limit]
    )


def latest_dead(*, shop_id: UUID, limit: int = 5) -> list[Job]:
    """Return the dead letters that died last."""
    return list(Job.objects.for_shop(shop_id).filter(state=JobState.DEAD).order_by("-pk")[:limit])


def dead_count(*, shop_id: UUID) -> tuple[int, int]:
    """Count a shop's dead letters: all, and those that wait for a person's decision."""
    found = Job.objects.for_shop(shop_id).filter(state=JobState.DEAD)
    counted = found.aggregate(dead=Count("pk"), waiting=Count("pk", filter=Q(recover_at=None)))
    return counted["dead"], counted["waiting"]


def title_of(name: str) -> str:
    """Turn a task's name into words: ``pricing.apply_batch`` is "Pricing: apply batch"."""
    room, _, verb = name.rpartition(".")
    room = room.removeprefix("foundation.").replace("_", " ").replace(".", " ")
    words = verb.replace("_", " ")
    return f"{room.capitalize()}: {words}" if room else words.capitalize()


def purpose_of(name: str) -> str:
    """Return what a task does: the first sentence its code says of itself."""
    spec = spec_of(name)
    text = (spec.handler.__doc__ or "").strip() if spec else ""
    return re.split(r"(?<=[.:])\s|\n\n", text)[0].replace("``", "").replace("\n", " ")


SECRET_NAME = re.compile(
    r"token|secret|passw|authorization|api_?key|signature|cookie", re.IGNORECASE
)
HIDDEN = "(hidden)"


def redacted(value: Any) -> Any:
    """Copy a payload with the values of secret-sounding names replaced.

    Secrets do not belong into payloads (house law 12); this is the second fence.
    """
    if isinstance(value, dict):
        return {
            key: HIDDEN if SECRET_NAME.search(str(key)) else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value
