"""API versions of contract §1 as of 2026-11-21."""

import re
from typing import Any

STABLE = ("2026-01", "2026-04", "2026-07", "2026-10")
CANDIDATE = "2027-01"
PUBLIC = (*STABLE, CANDIDATE, "unstable")
FORM = re.compile(r"\d{4}-\d{2}|unstable")

# From this version on stock writes need changeFromQuantity and @idempotent (contract §5).
STRICT_STOCK = "2026-04"


def served(asked: str) -> str | None:
    """The version that answers: unsupported ones fall forward; None when it is no version."""
    if asked in PUBLIC:
        return asked
    return STABLE[0] if FORM.fullmatch(asked) else None


def doc(handle: str) -> dict[str, Any]:
    """`ApiVersion` fields."""
    label = handle
    if handle == STABLE[-1]:
        label = f"{handle} (Latest)"
    elif handle == CANDIDATE:
        label = f"{handle} (Release candidate)"
    return {"handle": handle, "displayName": label, "supported": handle in STABLE}
