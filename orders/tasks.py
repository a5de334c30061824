"""The jobs of this app, each one service call."""

from uuid import UUID

from foundation.work.api import Running, task

from .designs import keeping
from .packing import tasks as _packing
from .payments import tasks as _payments
from .people import allowances
from .renders import running
from .renders.finalising import MAX_ATTEMPTS, RUN

# Those of other rooms are registered by being loaded.
__all__ = ["_packing", "_payments", "forget_photos", "prune", "render"]


@task(RUN, group="heavy", atomic=False, max_attempts=MAX_ATTEMPTS)
def render(job: Running, render_id: str) -> None:
    """Draw a print or a high-quality preview and store it."""
    running.run(job, render_id=UUID(render_id))


@task("orders.prune", atomic=False)
def prune(job: Running) -> None:
    """Forget clients that asked for nothing lately."""
    while allowances.prune():
        job.heartbeat()


@task("orders.forget_photos", atomic=False)
def forget_photos(job: Running) -> None:
    """Let photos go that are past their time, and files that no row names."""
    while keeping.forget_photos():
        job.heartbeat()
    keeping.sweep_files()
