"""Housekeeping of the way out."""

import datetime as dt
from typing import Final

from foundation.work.api import Running, task

from .services import prune_exchanges, release_stragglers

KEEP: Final = dt.timedelta(days=30)


@task("outbound.prune", atomic=False)
def prune(job: Running) -> None:
    """Delete old lines of the exchange log, in bounded pieces."""
    while prune_exchanges(KEEP):
        job.heartbeat()


@task("outbound.release_stragglers", atomic=False)
def wake_stragglers(job: Running) -> None:
    """Put back jobs parked on a connection or shop that is free again."""
    del job
    release_stragglers()
