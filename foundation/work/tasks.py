"""The housekeeping of this package itself."""

from .registry import task
from .running import Running
from .schedule import prune_slots
from .services import prune

KEEP_DAYS = 14


@task("work.prune", atomic=False)
def prune_finished(job: Running) -> None:
    """Delete finished jobs and old slots, in bounded pieces."""
    while prune(keep_days=KEEP_DAYS):
        job.heartbeat()
    prune_slots(keep_days=KEEP_DAYS)
