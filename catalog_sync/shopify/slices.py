"""Long work in short turns: whoever waits behind it is not kept waiting."""

import time
from collections.abc import Callable
from typing import Final

from foundation.failures import Wait

SLICE_SECONDS: Final = 15.0
"""After so long the job goes back to the queue, and whoever waits behind it gets a turn."""


def in_slices(step: Callable[[], bool]) -> None:
    """Take step after step until one says that it was the last.

    Each step leaves its checkpoint. Raises ``Wait`` when the slice is over: the job comes back.
    """
    ends = time.monotonic() + SLICE_SECONDS
    while not step():
        if time.monotonic() > ends:
            raise Wait(seconds=0, why="it gives others a turn after each quarter of a minute")
