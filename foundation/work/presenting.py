"""Jobs as pages show them: words, tones, what happens next."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from foundation.failures import FailureKind

from .enums import JobState
from .models import Job
from .queries import Tab, purpose_of, title_of

if TYPE_CHECKING:
    from foundation.audit.api import Event


@dataclass(frozen=True, slots=True)
class TabWords:
    """A tab's name and what its empty list teaches."""

    label: str
    about: str
    empty: str

    @property
    def empty_title(self) -> str:
        """The first sentence of what the empty list teaches."""
        return self.empty.partition(". ")[0].rstrip(".")

    @property
    def empty_text(self) -> str:
        """The rest of it."""
        return self.empty.partition(". ")[2]


TAB_WORDS = {
    Tab.BUSY: TabWords(
        "Busy",
        "In the hands of a worker at this moment, or waiting for their parts.",
        "Nobody is busy. Jobs appear here when a price job is confirmed, a webhook arrives or the "
        "schedule rings.",
    ),
    Tab.QUEUED: TabWords(
        "Queued",
        "Due, and taken by the next free worker.",
        "The queue is empty: everything that was asked for has been taken up.",
    ),
    Tab.SCHEDULED: TabWords(
        "Scheduled",
        "Wait for a time, or for points in a vendor's budget.",
        "Nothing waits for its time.",
    ),
    Tab.RETRYING: TabWords(
        "Retrying",
        "Failed, and will try again by themselves.",
        "Nothing has failed lately. A job that meets a time-out or a busy vendor tries again here "
        "by itself.",
    ),
    Tab.PARKED: TabWords(
        "Parked",
        "Wait for a person: a connection must be mended or a frozen shop released.",
        "Nothing is parked. Jobs wait here when a token is refused or the panic switch is pulled, "
        "and go on when that is mended.",
    ),
    Tab.DEAD: TabWords(
        "Dead",
        "Out of attempts. Some are tried again slowly by themselves; the others need a decision: "
        "replay or discard.",
        "No dead letters. When a job cannot succeed it ends here with its cause, is never dropped, "
        "and an alert opens.",
    ),
    Tab.DONE: TabWords(
        "Done",
        "Finished or cancelled lately, the newest first; older ones are pruned.",
        "Nothing has finished yet.",
    ),
}
TAB_TONES = {Tab.BUSY: "busy", Tab.RETRYING: "warn", Tab.PARKED: "warn", Tab.DEAD: "bad"}
STATE_TONES = {
    JobState.RUNNING: "busy",
    JobState.WAITING: "busy",
    JobState.PARKED: "warn",
    JobState.DEAD: "bad",
    JobState.DONE: "good",
}


FAILURE_WORDS = {
    FailureKind.TRANSIENT: "Passing: it may work later",
    FailureKind.PERMANENT: "Lasting: trying again does not help",
    FailureKind.MISCONFIGURED: "A setting: a person must mend it",
    FailureKind.BUG: "A fault of this program",
}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as a line of the list. ``next_at`` is when something happens to it by itself."""

    job: Job
    title: str
    purpose: str
    state: str
    tone: str
    reason: str
    next_at: dt.datetime | None
    next_words: str
    done: int | None
    total: int | None

    @property
    def failure(self) -> str:
        """What kind of failure its last attempt met; empty when it met none."""
        kind = self.job.failure_kind
        return FAILURE_WORDS[FailureKind(kind)] if kind else ""

    @classmethod
    def of(cls, job: Job, now: dt.datetime) -> Self:
        """Put a row's columns into words."""
        state = JobState(job.state)
        label, tone = str(state.label), STATE_TONES.get(state, "neutral")
        if state is JobState.QUEUED and job.attempts:
            label, tone = "Retrying", "warn"
        elif state is JobState.QUEUED and job.run_after > now:
            label = "Scheduled"
        if state is JobState.RUNNING and job.cancel_requested_at:
            label, tone = "Stopping", "warn"
        next_at, words = _next(job, state, now)
        done, total = job.progress_done, job.progress_total
        if job.total_children and not total:
            done, total = job.total_children - job.open_children, job.total_children
        shown = state is JobState.DEAD or job.state == JobState.QUEUED
        return cls(
            job=job,
            title=title_of(job.name),
            purpose=purpose_of(job.name),
            state=label,
            tone=tone,
            reason=job.waiting_for or (job.error if shown or state is JobState.RUNNING else ""),
            next_at=next_at,
            next_words=words,
            done=done,
            total=total,
        )


# What ends a state that no clock ends.
ENDED_BY = {
    JobState.PARKED: "when it is released",
    JobState.WAITING: "when its parts have ended",
}


def _next(job: Job, state: JobState, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    if state is JobState.QUEUED and job.run_after > now:
        return job.run_after, "next attempt" if job.attempts else "starts"
    if state is JobState.QUEUED:
        return None, "as soon as a worker is free"
    if state is JobState.DEAD and job.recover_at is None:
        return None, "needs a decision"
    moment, soon, late = _by_clock(job, state)
    if moment is None:
        return None, ENDED_BY.get(state, "")
    return (moment, soon) if moment > now else (None, late)


def _by_clock(job: Job, state: JobState) -> tuple[dt.datetime | None, str, str]:
    # A moment, what happens then, and what is said when it has passed: the sweep comes by soon.
    if state is JobState.DEAD:
        return job.recover_at, "tried again by itself", "about to be tried again"
    if state is JobState.RUNNING:
        return (
            job.lease_until,
            "taken over if silent",
            "its worker is silent, another one takes over",
        )
    return None, "", ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of a job's timeline."""

    at: dt.datetime
    words: str
    tone: str = ""


def timeline(job: Job, events: "Iterable[Event]") -> list[Moment]:
    """Order what happened to a job, the oldest first."""
    moments = [Moment(job.created_at, "Enqueued")]
    if job.started_at:
        by = f" by {job.worker}" if job.worker else ""
        moments.append(
            Moment(job.started_at, f"Attempt {job.attempts or 1} of {job.max_attempts}{by}", "busy")
        )
    if job.progress_at:
        moved = f"{job.progress_done:,} of {job.progress_total:,} done"
        moments.append(Moment(job.progress_at, moved, "busy"))
    if job.cancel_requested_at:
        moments.append(Moment(job.cancel_requested_at, "Somebody asked it to stop"))
    if job.escalated_at:
        moments.append(Moment(job.escalated_at, "Out of attempts: a person must decide", "bad"))
    for event in events:
        why = f": {event.reason}" if event.reason else ""
        moments.append(Moment(event.at, f"{event.words} by {event.actor}{why}"))
    if job.finished_at:
        ended = "Cancelled" if job.state == JobState.CANCELLED else "Done"
        moments.append(Moment(job.finished_at, ended, "good" if ended == "Done" else ""))
    return sorted(moments, key=lambda moment: moment.at)
