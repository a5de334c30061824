"""Send one mail: claim → I/O → record, and never twice on a doubt."""

import time
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from foundation.failures import OutcomeUnknown, Parked, Permanent, Transient
from foundation.work.api import Running, publish

from .composing import message_of
from .contracts import ServerAway, SettingsRefused
from .enums import PARKED_ON, SETTINGS_REFUSED, MailState
from .models import Mail
from .resting import rest, resting
from .services import settings_work
from .states import transition
from .transport import hand_over

logger = structlog.get_logger(__name__)

# Kept back of the lease for writing the result down.
MARGIN_SECONDS = 10.0
RECORD_TRIES = 6
UNKNOWN_NOW = (
    "It may have arrived, so it is not repeated by itself. Ask the recipient, then choose on the"
    " mail's page: send again, or mark as sent."
)


def deliver(job: Running, *, mail_id: UUID) -> None:
    """Send a mail unless it is sent already. Raises what becomes of the job."""
    if (not_now := resting()) is not None:
        raise not_now
    mail, troubled = _begin(job, mail_id)
    if mail is None or mail.state == MailState.SENT:
        return
    if mail.state != MailState.SENDING:
        raise Permanent(mail.error)
    _hand_over(job, mail)
    _record_sent(job, mail)
    if troubled:
        settings_work()


def _hand_over(job: Running, mail: Mail) -> None:
    """Let it leave, or write down why not and raise what becomes of the job."""
    try:
        hand_over(message_of(mail), seconds=job.seconds_left() - MARGIN_SECONDS)
    except OutcomeUnknown as lost:
        _end(job, mail, MailState.UNKNOWN, f"{lost.message} {UNKNOWN_NOW}")
        raise Permanent(mail.error) from lost
    except SettingsRefused as refused:
        raise _wait_for_settings(job, mail, str(refused)) from refused
    except Transient as failure:
        if isinstance(failure, ServerAway):
            rest(why=failure.message, refused=False)
        last = job.is_last_attempt
        _end(job, mail, MailState.FAILED if last else MailState.QUEUED, failure.message)
        raise
    except Permanent as failure:
        _end(job, mail, MailState.FAILED, failure.message)
        raise
    except Exception as error:
        _end(job, mail, MailState.UNKNOWN, f"{type(error).__name__} while sending. {UNKNOWN_NOW}")
        raise


@transaction.atomic
def _begin(job: Running, mail_id: UUID) -> tuple[Mail | None, bool]:
    """Mark the mail as being sent, or see what an earlier attempt has left.

    Returns it in its new state, and whether an earlier attempt met trouble.
    """
    job.fence()
    mail = Mail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None:
        return None, False
    troubled = bool(mail.error)
    if mail.state == MailState.SENDING:
        # Whoever began it never wrote an end: killed, or silent beyond its lease.
        error = f"The worker that was sending it disappeared (attempt {mail.attempts})."
        transition(mail, MailState.UNKNOWN, error=f"{error} {UNKNOWN_NOW}", verb="outcome_unknown")
    elif mail.state == MailState.QUEUED and mail.pruned_at is not None:
        error = "Its text was forgotten before its turn came. Do again what caused it."
        transition(mail, MailState.FAILED, error=error, verb="failed")
    elif mail.state in (MailState.QUEUED, MailState.FAILED) and mail.pruned_at is None:
        transition(mail, MailState.SENDING)
    return mail, troubled


# What the audit record calls an end that somebody will ask about.
VERBS = {MailState.UNKNOWN: "outcome_unknown", MailState.FAILED: "failed"}


def _end(job: Running, mail: Mail, state: MailState, error: str = "") -> None:
    with transaction.atomic():
        job.fence()
        transition(mail, state, error=error, verb=VERBS.get(state, ""))


def _record_sent(job: Running, mail: Mail) -> None:
    """Write down that it left. A database that restarts now must not turn that into a doubt."""
    for left in reversed(range(RECORD_TRIES)):
        try:
            _end(job, mail, MailState.SENT)
        except (OperationalError, InterfaceError):
            if not left:
                raise
            logger.warning("mail.record_again", mail_id=str(mail.pk))
            time.sleep(1)
            connection.close_if_unusable_or_obsolete()
        else:
            return


def _wait_for_settings(job: Running, mail: Mail, why: str) -> Parked:
    rest(why=why, refused=True)
    with transaction.atomic():
        _end(job, mail, MailState.QUEUED, why)
        publish(SETTINGS_REFUSED, shop_id=None, error=why)
    return Parked(key=PARKED_ON, why=why)
