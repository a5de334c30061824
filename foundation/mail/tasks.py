"""The jobs of mails, each one service call."""

from uuid import UUID

from foundation.work.api import Priority, Running, task

from . import sending, services
from .enums import SEND

KEEP_BODY_DAYS = 30
KEEP_SENSITIVE_HOURS = 24
KEEP_DAYS = 180


# A mail server may take its time for each of ten steps; the lease covers them all.
@task(SEND, group="fast", atomic=False, lease=120.0, priority=Priority.URGENT)
def send(job: Running, mail_id: str) -> None:
    """Send one mail: once, and never again on a doubt."""
    sending.deliver(job, mail_id=UUID(mail_id))


@task("mail.prune", atomic=False)
def prune_old(job: Running) -> None:
    """Forget old bodies and delete old mails, in bounded pieces."""
    while services.forget_bodies(
        keep_days=KEEP_BODY_DAYS, keep_sensitive_hours=KEEP_SENSITIVE_HOURS
    ):
        job.heartbeat()
    while services.prune(keep_days=KEEP_DAYS):
        job.heartbeat()


@task("mail.try_parked")
def try_parked(_job: Running) -> None:
    """Give mails another try that wait for better settings of the mail server."""
    services.try_parked()
