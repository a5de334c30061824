"""What tasks are given and what is kept about them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from .enums import Group, Priority


class LeaseLost(Exception):
    """The job was taken from us (we were too slow, or stopped): record nothing."""


class Cancelled(Exception):
    """A person cancelled the job: stop between two steps."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """How a kind of job is run.

    ``atomic``: the handler and the mark "done" are one database transaction, so its effect on
    rows happens exactly once. Tasks that call abroad are not atomic and use ``Running.fence``.
    ``lease``: seconds of silence after which another worker may take the job. ``many``: does the
    work of several such jobs at once, with the same outcome as one after the other.
    """

    name: str
    handler: Callable[..., None] = field(repr=False)
    group: Group
    atomic: bool
    max_attempts: int
    lease: float
    priority: Priority
    many: Callable[..., None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One job as its claimer got it."""

    id: int
    name: str
    group: str
    shop_id: UUID | None
    payload: dict[str, Any]
    checkpoint: dict[str, Any] | None
    attempts: int
    max_attempts: int
    recovery_step: int
    parent_id: int | None
    request_id: str
    cancelled: bool
    """A person cancelled it while an earlier attempt ran, and that attempt did not notice."""
    token: UUID
    lease_until: float
    """``time.monotonic()`` of this process at which the lease ends; early, never late."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """One job to enqueue."""

    payload: dict[str, Any]
    unique_key: str | None = None
    run_after: dt.datetime | None = None
