"""Price jobs as pages show them: states, effects, progress."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from foundation.cards import Tone
from pricing.enums import FINISHED, UNDER_WAY, JobKind, Outcome, PricingJobState
from pricing.models import PricingJob

STATE_TONES = {
    PricingJobState.PLANNING: Tone.BUSY,
    PricingJobState.PLANNED: Tone.WARN,
    PricingJobState.AWAITING_APPROVAL: Tone.WARN,
    PricingJobState.SCHEDULED: Tone.BUSY,
    PricingJobState.RUNNING: Tone.BUSY,
    PricingJobState.PAUSED: Tone.WARN,
    PricingJobState.CANCELLING: Tone.WARN,
    PricingJobState.COMPLETED: Tone.GOOD,
    PricingJobState.REJECTED: Tone.BAD,
    PricingJobState.FAILED: Tone.BAD,
}
OUTCOME_TONES = {
    Outcome.INTENDED: Tone.BUSY,
    Outcome.APPLIED: Tone.GOOD,
    Outcome.CONFLICT: Tone.WARN,
    Outcome.FAILED: Tone.BAD,
    Outcome.OVERWRITTEN: Tone.BAD,
}
ENDS = (
    Outcome.APPLIED,
    Outcome.CONFLICT,
    Outcome.FAILED,
    Outcome.OVERWRITTEN,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
)
_UNDECIDED = (PricingJobState.PLANNED, PricingJobState.AWAITING_APPROVAL)
# States in which nothing was written, so that nothing will be taken back.
_ENDED_WITHOUT = (PricingJobState.REJECTED, PricingJobState.EXPIRED, PricingJobState.FAILED)
# States in which a page shows progress: prices are being written, or will go on being.


def state_now(job: PricingJob, now: dt.datetime) -> PricingJobState:
    """Return the state as people should read it: a plan past its time is expired."""
    state = PricingJobState(job.state)
    if state is PricingJobState.PLANNED and job.expires_at is not None and now >= job.expires_at:
        return PricingJobState.EXPIRED
    return state


def label_of(state: PricingJobState) -> str:
    """Name a state; a plan is something to be decided."""
    return "To be confirmed" if state is PricingJobState.PLANNED else str(state.label)


@dataclass(frozen=True, slots=True)
class Done:
    """How far a run is. Rows that the plan skipped are not work and are not counted."""

    done: int
    total: int

    @classmethod
    def of(cls, job: PricingJob) -> Self:
        """Count from the job's own counters."""
        stopped = max(0, job.skipped - job.planned_skips)
        ended = job.applied + job.unchanged + job.conflict + job.failed + job.overwritten
        return cls(ended + stopped, job.planned_changes)


@dataclass(frozen=True, slots=True)
class Part:
    """A number with a word and a colour."""

    label: str
    count: int
    tone: str = ""
    outcome: str = ""


def outcome_parts(job: PricingJob) -> list[Part]:
    """Return how many rows ended how, without those that do not occur."""
    parts = [
        Part(str(o.label), getattr(job, str(o)), OUTCOME_TONES.get(o, Tone.NEUTRAL), str(o))
        for o in ENDS
    ]
    return [part for part in parts if part.count]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A price job as a line of the list."""

    job: PricingJob
    state: str
    tone: str
    running: bool
    waits: bool
    """For a second person, which everybody should see at once."""
    begins: dt.datetime | None
    ends: dt.datetime | None
    progress: Done
    parts: Sequence[Part]

    @classmethod
    def of(cls, job: PricingJob, now: dt.datetime) -> Self:
        """Put a job into words."""
        state = state_now(job, now)
        running = state in UNDER_WAY
        waits = state is PricingJobState.AWAITING_APPROVAL
        parts = outcome_parts(job)
        if not parts and job.plan_hash:
            parts = [Part("to change", job.planned_changes), Part("left alone", job.planned_skips)]
            parts = [part for part in parts if part.count] or [Part("to change", 0)]
        tone = STATE_TONES.get(state, Tone.NEUTRAL)
        return cls(
            job,
            label_of(state),
            tone,
            running,
            waits,
            job.run_at if state in (PricingJobState.SCHEDULED, *_UNDECIDED) else None,
            job.ends_at if state not in _ENDED_WITHOUT else None,
            Done.of(job),
            parts,
        )


def may_be_undone(job: PricingJob) -> bool:
    """Whether a job has ended and wrote something that can be taken back."""
    return PricingJobState(job.state) in FINISHED and bool(job.applied + job.overwritten)


def may_be_planned_again(job: PricingJob, state: PricingJobState) -> bool:
    """Whether a job ended without its effect, so that planning it again makes sense."""
    ended = (
        PricingJobState.EXPIRED,
        PricingJobState.CANCELLED,
        PricingJobState.REJECTED,
        PricingJobState.FAILED,
    )
    return state in ended and (job.kind == JobKind.MANUAL or job.rollback_of_id is not None)


def repeatable(job: PricingJob) -> dict[Outcome, int]:
    """Return how many rows ended so that running again for them makes sense, by outcome."""
    if PricingJobState(job.state) not in FINISHED or job.kind != JobKind.MANUAL:
        return {}
    counts = {Outcome.FAILED: job.failed, Outcome.CONFLICT: job.conflict}
    return {outcome: count for outcome, count in counts.items() if count}


def expected_end(job: PricingJob, moved_at: dt.datetime | None) -> dt.datetime | None:
    """Return when a run will have ended if it goes on as it has; None while nothing tells."""
    progress = Done.of(job)
    if (
        job.state != PricingJobState.RUNNING
        or job.started_at is None
        or moved_at is None
        or not 0 < progress.done < progress.total
    ):
        return None
    return job.started_at + (moved_at - job.started_at) * (progress.total / progress.done)
