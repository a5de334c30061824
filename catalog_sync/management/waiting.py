"""What commands that start jobs share: stay until the jobs have ended, and say how far they are."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.management.base import CommandError

from catalog_sync.progress import SyncProgress, sync_progress

POLL_SECONDS: Final = 0.5


def wait_for(jobs: Mapping[int, str], write: Callable[[str], Any]) -> None:
    """Show each job, by its id under the given name, until it has ended.

    Raises ``CommandError`` when one ended otherwise than well.
    """
    failed = []
    for job_id, what in jobs.items():
        told = ""
        while True:
            progress = sync_progress(job_id)
            if (line := _line(what, progress)) != told:
                write(line)
                told = line
            if progress.ended:
                break
            time.sleep(POLL_SECONDS)
        if progress.state != "done":
            failed.append(f"{what}: {progress.state}. {progress.error}")
    if failed:
        raise CommandError("\n".join(failed))


def _line(what: str, progress: SyncProgress) -> str:
    counted = f" {progress.done:,} of {progress.total:,}" if progress.total else ""
    why = f" ({progress.waiting_for})" if progress.waiting_for else ""
    return f"{what}: {progress.state}{counted}{why}"
