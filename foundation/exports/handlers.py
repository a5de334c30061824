"""What the house of work tells: an export's job that died."""

from typing import Any

from foundation.work.api import Running, on

from .enums import RUN
from .services import note_death


@on("work.job_died")
def job_died(_job: Running, *, task: str, job_id: int, error: str = "", **_: Any) -> None:
    """Say on the export why it has failed."""
    if task == RUN:
        note_death(work_job_id=job_id, error=error)
