"""Other campaigns on the same variants: who shows, who is hidden, who builds on whom."""

from dataclasses import dataclass
from typing import Self

from campaigns.contracts import Overlap
from campaigns.enums import CampaignState

from .campaigns import STATE_TONES


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """Another campaign on some of the same variants, in words."""

    overlap: Overlap
    state: str
    tone: str
    words: str

    @classmethod
    def of(cls, overlap: Overlap, *, builds_on: bool) -> Self:
        """Put an overlap into words; ``builds_on``: this campaign begins from the price below."""
        state = CampaignState(overlap.state)
        return cls(
            overlap,
            str(state.label),
            str(STATE_TONES.get(state, "neutral")),
            _words(overlap, builds_on=builds_on),
        )


def _words(overlap: Overlap, *, builds_on: bool) -> str:
    if overlap.above and overlap.builds_on:
        return "Its price shows, worked out from this campaign's."
    if overlap.above:
        return "Its price shows; this campaign's is hidden while both are on."
    if builds_on:
        return "This campaign's price shows, worked out from the other's."
    return "This campaign's price shows; the other's is hidden while both are on."
