"""Price jobs as pages show them: words, tones, next steps. Reads nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from catalog_sync.api import ProductStatus
from foundation.cards import Tone
from foundation.work.api import JobState

from .enums import FINISHED, JobKind, Layer, Outcome, PricingJobState, SkipReason
from .models import PricingJob
from .queries.jobs import Hold
from .queries.results import ReasonGroup

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
LAYER_TONES = {Layer.CAMPAIGN: Tone.BUSY, Layer.OUTSIDE: Tone.WARN}
ENDS = (
    Outcome.APPLIED,
    Outcome.CONFLICT,
    Outcome.FAILED,
    Outcome.OVERWRITTEN,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
)
NEXT_STEPS = {
    Outcome.CONFLICT: "Somebody else's price stands. Plan a new job if yours should replace it.",
    Outcome.FAILED: "Mend the cause, then plan these variants again.",
    Outcome.UNCHANGED: "Nothing to do: the shop shows the wanted price already.",
    Outcome.SKIPPED: "Left alone on purpose. Plan again if that was not meant.",
}
SELECTION_WORDS = {
    "text": "Words",
    "vendor": "Vendor",
    "product_type": "Type",
    "tag": "Tag",
    "status": "Status",
    "stock_min": "Stock from",
    "stock_max": "Stock up to",
    "price_min": "Price from",
    "price_max": "Price up to",
}


TAKES_BACK = {
    JobKind.ROLLBACK: "Gives every price that “{}” wrote its old value back; where somebody has "
    "changed it since, theirs is kept and listed.",
    JobKind.RESTORE: "Gives edits that “{}” overwrote their price back.",
}
NAMED_BY_VALUE = ("Variants", "Chosen by hand")


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
    progress: Done
    parts: Sequence[Part]

    @classmethod
    def of(cls, job: PricingJob, now: dt.datetime) -> Self:
        """Put a job into words."""
        state = state_now(job, now)
        running = state in (PricingJobState.RUNNING, PricingJobState.CANCELLING)
        parts = outcome_parts(job)
        if not parts and job.plan_hash:
            parts = [Part("to change", job.planned_changes), Part("left alone", job.planned_skips)]
            parts = [part for part in parts if part.count] or [Part("to change", 0)]
        return cls(
            job, label_of(state), STATE_TONES.get(state, Tone.NEUTRAL), running, Done.of(job), parts
        )


def selection_words(selection: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say which variants a stored selection means, as names and values."""
    said = [
        (words, _said(name, selection[name]))
        for name, words in SELECTION_WORDS.items()
        if name in selection
    ]
    if selection.get("skus"):
        said.append(("SKUs", _listed(selection["skus"])))
    if selection.get("variant_ids"):
        said.append(("Chosen by hand", f"{len(selection['variant_ids']):,} variants"))
    if selection.get("product_ids"):
        said.append(
            ("Chosen by hand", f"all variants of {len(selection['product_ids']):,} products")
        )
    if selection.get("all") and not said:
        said.append(("Variants", "every variant of the shop"))
    return said


def _said(name: str, value: Any) -> str:
    return str(ProductStatus(value).label) if name == "status" else str(value)


def asked_words(job: PricingJob, rule: str) -> str:
    """Say in one line what a job is: its rule, and which variants it is for."""
    if job.rollback_of is not None:
        return TAKES_BACK[JobKind(job.kind)].format(job.rollback_of.name)
    chosen = ", ".join(
        value if name in NAMED_BY_VALUE else f"{name.lower()} {value}"
        for name, value in selection_words(job.selection)
    )
    return f"{rule}. For {chosen}." if rule and chosen else ""


def _listed(values: Sequence[str], shown: int = 6) -> str:
    more = len(values) - shown
    return ", ".join(values[:shown]) + (f" and {more:,} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Parts that do not get on, in words. ``next_words`` belongs to ``next_at``."""

    hold: Hold
    what: str
    tone: str
    next_words: str

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """Put a hold into words."""
        parts = "1 part" if hold.count == 1 else f"{hold.count:,} parts"
        if hold.state is JobState.DEAD:
            words = (
                "tried again by itself" if hold.next_at else "needs a decision: replay or discard"
            )
            return cls(hold, f"{parts} gave up", Tone.BAD, words)
        if hold.state is JobState.PARKED:
            return cls(hold, f"{parts} parked", Tone.WARN, "goes on when that is mended")
        if hold.state is JobState.RUNNING:
            return cls(hold, f"{parts} tried again now", Tone.BUSY, "under way")
        return cls(hold, f"{parts} waiting", Tone.BUSY, "next attempt")


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why rows were not written, and what can be done."""

    group: ReasonGroup
    reason: str
    tone: str
    next_step: str

    @classmethod
    def of(cls, group: ReasonGroup) -> Self:
        """Put a group into words."""
        tone = OUTCOME_TONES.get(group.outcome, Tone.NEUTRAL)
        return cls(group, reason_words(group.reason), tone, NEXT_STEPS.get(group.outcome, ""))


def reason_words(reason: str) -> str:
    """Return a stored reason for people; rows skipped by the plan store the reason's name."""
    return str(SkipReason(reason).label) if reason in SkipReason.values else reason


def variant_name(variant: Any) -> str:
    """Name a variant beside its product; Shopify calls an only variant "Default Title"."""
    return "" if variant.title in ("", "Default Title") else variant.title


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
