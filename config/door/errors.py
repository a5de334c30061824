"""What the door says when it cannot go on."""

from __future__ import annotations


class DoorError(Exception):
    """Something the person at the keyboard has to know: what happened, why, and what to do now.

    Shown without a traceback; a traceback from the door is a bug of the door.
    """

    def __init__(self, *, what: str, now: str, why: str = "", detail: str = "") -> None:
        """Keep the parts; `detail` holds the last lines of a log and the like."""
        super().__init__(what)
        self.what = what
        self.why = why
        self.now = now
        self.detail = detail

    def __str__(self) -> str:
        """Give the whole message, one part a line."""
        parts = (
            self.what,
            f"Why: {self.why}" if self.why else "",
            self.detail,
            f"What now: {self.now}",
        )
        return "\n".join(part for part in parts if part)


class StoppedByPersonError(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal.

    It is not an `Exception`, so that nothing on the way mistakes it for a failure.
    """
