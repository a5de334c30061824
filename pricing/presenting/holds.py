"""What keeps a running job, in words."""

from dataclasses import dataclass
from typing import Self

from foundation.cards import Tone
from foundation.work.api import JobState
from pricing.queries.jobs import Hold


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
