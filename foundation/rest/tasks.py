"""Housekeeping of kept answers."""

from foundation.work.api import Running, task

from . import services


@task("rest.prune", group="fast", atomic=False)
def prune(job: Running) -> None:
    """Delete the answers that are older than a day, piece by piece."""
    while services.prune():
        job.heartbeat()
