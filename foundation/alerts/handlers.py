"""What work and mail tell: jobs that died and that came back, settings that are refused."""

from typing import Any
from uuid import UUID

from foundation.mail.api import SETTINGS_REFUSED, SETTINGS_WORK
from foundation.work.api import Running, on

from .services import (
    follow_dead_letters,
    mail_settings_refused,
    mail_settings_work,
    note_recovery,
)


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


@on(SETTINGS_REFUSED)
def mails_refused(_job: Running, *, error: str, **_: Any) -> None:
    """Open or renew the operators' alert about the mail server."""
    mail_settings_refused(error=error)


@on(SETTINGS_WORK)
def mails_work(_job: Running, **_: Any) -> None:
    """Close it: a mail has left."""
    mail_settings_work()


def _shop(job: Running) -> UUID | None:
    return job.shop_id_or_none
