"""What the rooms of this app speak: why something is done, what is refused and how that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Why:
    """Why a state moves: ``cause`` is a word (``staff``, ``customer``, ``stripe evt_…``).

    ``reason`` is a sentence for people, ``actor_id`` the person of staff who did it.
    """

    cause: str
    actor_id: UUID | None = None
    reason: str = ""


class Refused(Exception):
    """What somebody wanted is not possible now; nothing was changed.

    ``code`` is stable and for programs ("size-gone"), the text for people: what, why, what now.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


class IllegalMove(Exception):
    """A state that cannot be reached from the present one; ``allowed`` are those that can."""

    def __init__(self, message: str, *, current: str, allowed: Sequence[str]) -> None:
        """``message`` is for people."""
        super().__init__(message)
        self.current = current
        self.allowed = tuple(allowed)
