"""The job in the hands of its handler: fence, heartbeat, progress, checkpoint, cancel."""

import json
import time
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.live.api import touch

from .contracts import Cancelled, Claimed, LeaseLost, TaskSpec

PROGRESS_SECONDS = 0.5


class Running:
    """What a handler may know and say about the job it runs.

    Every method that talks to the database raises :class:`LeaseLost` when the job is no longer
    ours; the handler lets it pass, and whatever transaction is open rolls back.
    """

    def __init__(self, claimed: Claimed, spec: TaskSpec) -> None:
        """Made by the runner, once per attempt."""
        self._claimed = claimed
        self._spec = spec
        self._lease_until = claimed.lease_until
        self._told_at = 0.0
        self.checkpoint: dict[str, Any] = claimed.checkpoint or {}

    @property
    def id(self) -> int:
        """The row's id."""
        return self._claimed.id

    @property
    def shop_id(self) -> UUID:
        """The shop whose work this is. Raises when the job belongs to none."""
        if self._claimed.shop_id is None:
            message = f"Job {self._claimed.name} #{self.id} belongs to no shop."
            raise RuntimeError(message)
        return self._claimed.shop_id

    @property
    def shop_id_or_none(self) -> UUID | None:
        """The shop whose work this is; None when it is the installation's."""
        return self._claimed.shop_id

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._claimed.attempts

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now makes the job a dead letter."""
        return self._claimed.attempts >= self._claimed.max_attempts

    @property
    def request_id(self) -> str:
        """The id of the request that caused the job."""
        return self._claimed.request_id

    def seconds_left(self) -> float:
        """Return how long the lease still holds; a call abroad must end before that."""
        return self._lease_until - time.monotonic()

    def fence(self) -> None:
        """Lock the job's row until the caller's transaction ends, and check that it is ours.

        Called first in every transaction that records a result: no other worker can take the
        job over between this check and the commit.
        """
        self._owned("SELECT 1 FROM work_job WHERE {mine} FOR NO KEY UPDATE", ())

    def heartbeat(self) -> None:
        """Renew the lease when less than half is left; stop here when somebody cancelled."""
        if self.seconds_left() > self._spec.lease / 2:
            return
        began = time.monotonic()
        row = self._owned(
            "UPDATE work_job SET lease_until = now() + make_interval(secs => %s)"
            " WHERE {mine} RETURNING cancel_requested_at",
            (self._spec.lease,),
        )
        self._lease_until = began + self._spec.lease
        if row[0] is not None:
            raise Cancelled

    def stop_if_cancelled(self) -> None:
        """Raise :class:`Cancelled` when a person asked for it; one small read."""
        row = self._owned("SELECT cancel_requested_at FROM work_job WHERE {mine}", ())
        if row[0] is not None:
            raise Cancelled

    def progress(self, done: int, total: int) -> None:
        """Show how far the job is; written at most twice a second, and at the end."""
        now = time.monotonic()
        if done < total and now - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = now
        self._owned(
            "UPDATE work_job SET progress_done = %s, progress_total = %s, progress_at = now()"
            " WHERE {mine} RETURNING 1",
            (done, total),
        )
        touch(f"job.{self.id}", shop_id=self._claimed.shop_id)

    def save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Remember how far the work got. A moved checkpoint gives all attempts back."""
        self.checkpoint = checkpoint
        began = time.monotonic()
        self._owned(
            "UPDATE work_job SET checkpoint = %s::jsonb, attempts = 1,"
            " lease_until = now() + make_interval(secs => %s) WHERE {mine} RETURNING 1",
            (json.dumps(checkpoint), self._spec.lease),
        )
        self._lease_until = began + self._spec.lease

    def _owned(self, sql: str, params: tuple[Any, ...]) -> tuple[Any, ...]:
        mine = "id = %s AND lease_token = %s AND state = 'running'"
        with connection.cursor() as cursor:
            cursor.execute(sql.format(mine=mine), (*params, self.id, self._claimed.token))
            row: tuple[Any, ...] | None = cursor.fetchone()
        if row is None:
            raise LeaseLost
        return row
