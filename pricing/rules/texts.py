"""Whether a text can be meant, and kept."""

import unicodedata

from foundation.findings import Findings

from .contracts import MAX_TEXT

# NUL and lone surrogates cannot be stored; line ends and the like are on no label.
_UNPRINTED = frozenset({"Cc", "Cs"})


def check_text(findings: Findings, place: str, text: object) -> None:
    """Find fault with a text."""
    if not isinstance(text, str) or not text.strip():
        findings.add(place, "Enter a text.")
    elif len(text) > MAX_TEXT:
        findings.add(place, f"Enter at most {MAX_TEXT} characters.")
    elif any(unicodedata.category(character) in _UNPRINTED for character in text):
        findings.add(place, "Leave out line ends, NUL and other characters without a shape.")
