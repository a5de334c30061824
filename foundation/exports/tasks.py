"""The jobs of exports, each one service call."""

from uuid import UUID

from foundation.work.api import Running, task

from . import making, services
from .enums import RUN


@task(RUN, group="heavy", atomic=False)
def run(job: Running, export_id: str) -> None:
    """Write a CSV file and put it into the storage."""
    making.make_file(job, export_id=UUID(export_id))


@task("exports.prune", atomic=False)
def prune(job: Running) -> None:
    """Delete the files that are past their time, and settle exports that lost their job."""
    while services.expire_files() + services.settle_strays():
        job.heartbeat()


@task("exports.sweep", atomic=False)
def sweep(_job: Running) -> None:
    """Delete stored files that no export knows."""
    services.sweep_unknown()
