"""The kinds of failure the whole house speaks (house law 4).

Vendor exceptions end in the connector that meets them: it raises one of these instead. The
runner of :mod:`foundation.work` decides by kind alone what becomes of the job. Anything else
that escapes a task is a *bug*: the job is dead at once, with its traceback.

Every message is written for a person and says what happened, why, and what now.
"""

import datetime as dt
from enum import StrEnum
from uuid import UUID


class FailureKind(StrEnum):
    """What the runner does: try again, give up, wait for a setting, or show a traceback."""

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    MISCONFIGURED = "misconfigured"
    BUG = "bug"


class Failure(Exception):
    """A failure whose consequence is known. Never raised itself."""

    kind: FailureKind

    def __init__(self, message: str, *, retry_after: dt.timedelta | None = None) -> None:
        """Keep the sentence for people; ``retry_after`` is the vendor's own wish, if it said."""
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class Transient(Failure):
    """It may work later: time-outs, 5xx, 429, a lock. The job is retried with back-off."""

    kind = FailureKind.TRANSIENT


class OutcomeUnknown(Transient):
    """The request left us and no answer came: the change abroad may or may not have happened.

    Whoever catches it reads back before writing again (house law 2).
    """


class Permanent(Failure):
    """It will never work as it stands: the job is dead at once and waits for a person."""

    kind = FailureKind.PERMANENT


class Misconfigured(Failure):
    """A setting is wrong (401, 402, 403, 423 …): the connection is parked, its jobs wait."""

    kind = FailureKind.MISCONFIGURED

    def __init__(self, message: str, *, connection_id: UUID) -> None:
        """``connection_id`` is the connection to park."""
        super().__init__(message)
        self.connection_id = connection_id


class NotNow(Exception):
    """Not a failure: the job goes back to the queue and no attempt is counted."""


class Wait(NotNow):
    """Come back in ``seconds``: a budget is used up, or another worker holds what we need."""

    def __init__(self, *, seconds: float, why: str) -> None:
        """``why`` is shown beside the job while it waits."""
        super().__init__(why)
        self.seconds = seconds
        self.why = why


class Parked(NotNow):
    """Wait for a person: ``key`` names what must be released (a connection, a frozen shop)."""

    def __init__(self, *, key: str, why: str) -> None:
        """``why`` is shown beside the job while it waits."""
        super().__init__(why)
        self.key = key
        self.why = why


def connection_key(connection_id: UUID | str) -> str:
    """Name a connection as something jobs may be parked on."""
    return f"connection:{connection_id}"


def shop_key(shop_id: UUID | str) -> str:
    """Name a shop's panic switch as something jobs may be parked on."""
    return f"shop:{shop_id}"
