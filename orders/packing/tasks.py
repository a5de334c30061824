"""The jobs of batches, each one service call."""

from uuid import UUID

from foundation.work.api import Running, task

from . import batches, making


@task(batches.PACK, group="heavy", atomic=False)
def pack_batch(job: Running, batch_id: str) -> None:
    """Put the print files and tickets of orders into one zip."""
    making.make_batch(job, batch_id=UUID(batch_id))


@task("orders.sweep_batches", atomic=False)
def sweep_batches(_job: Running) -> None:
    """Delete the zips that are past their time."""
    batches.sweep_batches()
