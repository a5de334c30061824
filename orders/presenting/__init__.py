"""Orders as staff pages say them. Reads nothing."""

from .orders import (
    ATTENTION_WORDS,
    PAYMENT_TONES,
    STATUS_TONES,
    VERBS,
    LineRow,
    OrderRow,
    file_size,
    next_moves,
    sentence,
)
from .timeline import Entry, timeline_of

__all__ = [
    "ATTENTION_WORDS",
    "PAYMENT_TONES",
    "STATUS_TONES",
    "VERBS",
    "Entry",
    "LineRow",
    "OrderRow",
    "file_size",
    "next_moves",
    "sentence",
    "timeline_of",
]
