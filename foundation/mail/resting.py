"""After a mail server did not answer or refused us, let it rest for a moment.

Fifty queued mails would otherwise each wait for the same time-out, hold up what else the workers
have to do, and each use up an attempt. Kept per process; losing it costs one more try.
"""

import threading
import time
from dataclasses import dataclass

from foundation.failures import NotNow, Parked, Wait

from .enums import PARKED_ON

AWAY_SECONDS = 20.0
REFUSED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Rest:
    until: float
    why: str
    refused: bool


_lock = threading.Lock()
_rests: list[_Rest] = []


def rest(*, why: str, refused: bool) -> None:
    """Leave the server alone for a while; ``refused``: mails then wait for a person."""
    seconds = REFUSED_SECONDS if refused else AWAY_SECONDS
    with _lock:
        _rests[:] = [_Rest(time.monotonic() + seconds, why, refused)]


def wake() -> None:
    """Forget it: the server has just answered well, or a person says so."""
    with _lock:
        _rests.clear()


def resting() -> NotNow | None:
    """Return what a mail's job must raise instead of being sent now; None: go on."""
    with _lock:
        found = _rests[0] if _rests else None
    if found is None or (left := found.until - time.monotonic()) <= 0:
        return None
    if found.refused:
        return Parked(key=PARKED_ON, why=found.why)
    return Wait(seconds=left, why=found.why)
