"""Housekeeping of the inbox."""

from foundation.work.api import Running, task

from .services import prune

KEEP_DAYS = 30


@task("inbox.prune", atomic=False)
def prune_old(job: Running) -> None:
    """Delete old messages piece by piece."""
    while prune(keep_days=KEEP_DAYS):
        job.heartbeat()
