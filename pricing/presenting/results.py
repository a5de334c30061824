"""What became of rows, in words, and what can be done now."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from foundation.cards import Tone
from pricing.enums import Outcome, SkipReason
from pricing.queries.results import ReasonGroup

from .jobs import OUTCOME_TONES

NEXT_STEPS = {
    Outcome.CONFLICT: "Somebody else's price stands. Run again for the conflicts if yours should "
    "replace it.",
    Outcome.FAILED: "Mend the cause, then run again for the failed ones.",
    Outcome.UNCHANGED: "Nothing to do: the shop shows the wanted price already.",
    Outcome.SKIPPED: "Left alone on purpose. Plan again if that was not meant.",
}
# A way back is not run again for some rows: it is planned anew from the job it takes back.
NEXT_STEPS_BACK = {
    Outcome.CONFLICT: "Somebody else's price stands. Roll the first job back again if the old one "
    "should replace it.",
    Outcome.FAILED: "Mend the cause, then roll the first job back again.",
}


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why rows were not written, and what can be done."""

    group: ReasonGroup
    reason: str
    tone: str
    next_step: str
    query: str
    """Of the address that shows these rows only."""

    @classmethod
    def of(cls, group: ReasonGroup, *, way_back: bool = False) -> Self:
        """Put a group into words; ``way_back``: of a job that takes another one back."""
        tone = OUTCOME_TONES.get(group.outcome, Tone.NEUTRAL)
        chosen = {"view": "results", "show": str(group.outcome)}
        if group.reason:
            chosen["reason"] = group.reason
        steps = {**NEXT_STEPS, **NEXT_STEPS_BACK} if way_back else NEXT_STEPS
        return cls(
            group,
            reason_words(group.reason),
            tone,
            steps.get(group.outcome, ""),
            urlencode(chosen),
        )


def reason_words(reason: str) -> str:
    """Return a stored reason for people; rows skipped by the plan store the reason's name."""
    return str(SkipReason(reason).label) if reason in SkipReason.values else reason


def variant_name(variant: Any) -> str:
    """Name a variant beside its product; Shopify calls an only variant "Default Title"."""
    return "" if variant.title in ("", "Default Title") else variant.title
