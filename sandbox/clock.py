"""The time in a stand-in: the machine's, or moved ahead of it by hand."""

import time

MS = 1000


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Clock:
    """A clock that can be moved ahead; it never goes back."""

    def __init__(self, ahead: float = 0.0) -> None:
        """`ahead`: seconds that it is ahead of the machine's."""
        self.ahead = ahead

    def time(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self.ahead

    def now(self) -> int:
        """Whole seconds since 1970, UTC."""
        return int(self.time())

    def advance(self, seconds: float) -> None:
        """Move it ahead.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            message = "a clock only goes ahead"
            raise ValueError(message)
        self.ahead += seconds
