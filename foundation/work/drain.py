"""What Celery runs: drain a group's queue for a slice of time; tick once every few seconds.

These are the only two Celery tasks of the house. Neither carries business data. Each begins by
closing a connection that the last one broke: Celery keeps connections from task to task whatever
became of them (CELERY_DB_REUSE_MAX), so after a restart of PostgreSQL a child whose first
statement fails would fail for ever.
"""

import time

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from .bell import ring
from .enums import Group
from .heartbeats import beat
from .recovery import sweep
from .runner import run_batch
from .schedule import claim_due_slots

# A slice ends so that ticks and other rings get their turn; whoever had more to do rings again.
SLICE_SECONDS = 5.0


def drain_for(group: Group, seconds: float) -> tuple[int, bool]:
    """Run jobs until none is due or time is up. Returns (jobs run, whether more may be due)."""
    ends = time.monotonic() + seconds
    ran = 0
    while True:
        beat(group)
        claimed = run_batch(group)
        ran += claimed
        if not claimed:
            return ran, False
        if time.monotonic() >= ends:
            return ran, True


@shared_task(name="work.drain")
def drain(group: str) -> None:
    """Answer a ring. A first full batch wakes one more worker, which may wake another."""
    close_old_connections()
    beat(group)
    first = run_batch(Group(group))
    if not first:
        return
    ring(group)
    _, more = drain_for(Group(group), SLICE_SECONDS)
    if more:
        ring(group)


@shared_task(name="work.tick")
def tick() -> None:
    """Claim the schedule's due slots and sweep; sent by the beat, answered by any group."""
    close_old_connections()
    beat("beat")
    claim_and_sweep()


def claim_and_sweep() -> None:
    """Claim the schedule's due slots, and ring for what waits or was left behind."""
    claim_due_slots(import_string(settings.WORK_SCHEDULE), now=timezone.now())
    sweep()
