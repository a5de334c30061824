"""What the house of work tells: jobs that died, and that came back."""

from typing import Any
from uuid import UUID

from foundation.work.api import Running, on

from .services import follow_dead_letters, note_recovery


@on("work.job_died")
def job_died(job: Running, *, task: str, escalated: bool = False, **_: Any) -> None:
    """Open or renew the alert; an escalated one waits for a person and is critical."""
    follow_dead_letters(task=task, shop_id=_shop(job), escalated=escalated)


@on("work.job_recovered")
def job_recovered(job: Running, *, task: str, job_id: int, **_: Any) -> None:
    """Log it; close the alert when no dead job of that task and shop is left."""
    note_recovery(task=task, shop_id=_shop(job), job_id=job_id)


@on("work.dead_discarded")
def dead_discarded(job: Running, *, task: str, **_: Any) -> None:
    """Close the alert when the last dead job was given up."""
    follow_dead_letters(task=task, shop_id=_shop(job))


def _shop(job: Running) -> UUID | None:
    return job.shop_id_or_none
