"""Entries of the price ledger in words and colours."""

from dataclasses import dataclass
from typing import Self

from foundation.cards import Tone
from pricing.enums import Cause, Layer
from pricing.models import AuditTrailEntry

LAYER_TONES = {Layer.BASE: Tone.GOOD, Layer.CAMPAIGN: Tone.BUSY, Layer.OUTSIDE: Tone.WARN}
LAYER_WORDS = {
    Layer.BASE: "set here",
    Layer.CAMPAIGN: "a campaign's",
    Layer.OUTSIDE: "edited outside",
}
_BADGES = {Layer.CAMPAIGN: Tone.BUSY, Layer.OUTSIDE: Tone.WARN}


def cause_words(entry: AuditTrailEntry) -> str:
    """Say why a price changed: the cause, the job's name, the person."""
    said = str(Cause(entry.cause).label)
    if entry.job is not None:
        said = f"{said} “{entry.job.name}”"
    return f"{said}, by {entry.actor}" if entry.actor is not None else said


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the ledger with the colour of its layer."""

    entry: AuditTrailEntry
    tone: str

    @classmethod
    def of(cls, entry: AuditTrailEntry) -> Self:
        """Colour an entry; the merchant's own prices, which are most, stay plain."""
        return cls(entry, _BADGES.get(Layer(entry.layer), Tone.NEUTRAL))
