"""Wait for something to become true, and say what did not."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class NeverCame(AssertionError):
    """What was waited for did not happen in time."""


def wait_until(
    look: Callable[[], Found | None], what: str, *, seconds: float = 60.0, every: float = 0.05
) -> Found:
    """Return what ``look`` gives as soon as it is true.

    Raises :class:`NeverCame` with ``what`` after ``seconds``.
    """
    ends = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= ends:
            message = f"Waited {seconds:.0f} s for {what}."
            raise NeverCame(message)
        time.sleep(every)
