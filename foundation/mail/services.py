"""Verbs on mails: ask for one, send it again, mark it as sent; the settings work; prune."""

from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from foundation.live.api import touch
from foundation.tracing import current_request_id
from foundation.work.api import discard, enqueue, jobs_numbered, publish, release, replay

from .composing import checked_address, checked_subject, message_id_of, rendered, sealed
from .contracts import Refused
from .enums import PARKED_ON, SEND, SETTINGS_WORK, MailState
from .models import Mail
from .resting import wake
from .states import transition

PRUNE_PIECE = 1_000


@transaction.atomic
def send_mail(  # noqa: PLR0913 -- each is a property of the mail, all by keyword
    *,
    key: str,
    shop_id: UUID | None,
    to: str,
    template: str,
    context: dict[str, Any],
    sensitive: bool = False,
) -> UUID:
    """Write a mail and its job, in the caller's transaction. Returns the mail's id.

    One ``key`` is one mail for ever: asking again returns the first one's id and changes nothing.
    ``sensitive``: the body carries a secret; it is kept encrypted, shown nowhere, wiped when sent.
    Raises :class:`foundation.mail.contracts.InvalidMail` for a broken address or subject.
    """
    subject, text, html = rendered(template, context)
    mail_id = uuid4()
    columns: dict[str, Any] = {
        "id": mail_id,
        "message_id": message_id_of(mail_id),
        "shop_id": shop_id,
        "to": checked_address(to),
        "subject": checked_subject(subject),
        "sensitive": sensitive,
        "request_id": current_request_id(),
    }
    if sensitive:
        columns["sealed"] = sealed(text, html)
    else:
        columns |= {"text": text, "html": html}
    mail, made = Mail.objects.get_or_create(key=key, defaults=columns)
    if made:
        _enqueue(mail)
        touch("mails", shop_id=shop_id)
    return mail.pk


def _enqueue(mail: Mail) -> None:
    key = str(mail.pk)
    job_id = enqueue(SEND, {"mail_id": key}, shop_id=mail.shop_id, unique_key=key)
    Mail.objects.filter(pk=mail.pk).update(work_job_id=job_id)


@transaction.atomic
def send_again(*, mail: Mail, actor_id: UUID | None, reason: str = "") -> None:
    """Send a mail that failed or whose outcome is unknown, with the same Message-ID.

    Raises :class:`Refused` when it is in no such state or its body is forgotten.
    """
    row = Mail.objects.select_for_update().get(pk=mail.pk)
    if row.state not in (MailState.FAILED, MailState.UNKNOWN):
        message = f"The mail is {row.get_state_display().lower()}: there is nothing to send again."
        raise Refused(message)
    if row.pruned_at is not None:
        message = "The mail's text is forgotten by now. Do again what caused it."
        raise Refused(message)
    transition(row, MailState.QUEUED, actor_id=actor_id, reason=reason, verb="sent_again")
    # The dead letter comes to life, so that its alert closes when it ends well.
    dead = jobs_numbered([row.work_job_id] if row.work_job_id else [])
    if not replay(dead, actor_id=actor_id, reason=reason):
        _enqueue(row)


@transaction.atomic
def mark_sent(*, mail: Mail, actor_id: UUID | None, reason: str) -> None:
    """Note that a mail of unknown outcome did arrive; its dead job is given up.

    Raises :class:`Refused` for a mail in any other state.
    """
    row = Mail.objects.select_for_update().get(pk=mail.pk)
    if row.state != MailState.UNKNOWN:
        message = f"The mail is {row.get_state_display().lower()}, its outcome is not in doubt."
        raise Refused(message)
    transition(row, MailState.SENT, actor_id=actor_id, reason=reason, verb="marked_sent")
    dead = jobs_numbered([row.work_job_id] if row.work_job_id else [])
    discard(dead, actor_id=actor_id, reason=reason)


def settings_work() -> int:
    """Let the mails that waited for better settings go on. Returns how many there were."""
    wake()
    with transaction.atomic():
        released = release(PARKED_ON)
        publish(SETTINGS_WORK, shop_id=None)
    return released


def try_parked() -> int:
    """Give parked mails another try, in case the settings were mended and nobody said so."""
    return release(PARKED_ON)


def forget_bodies(*, keep_days: int, keep_sensitive_hours: int) -> int:
    """Blank the bodies of old mails, one bounded piece; unsent secrets much sooner.

    A mail that still waits for its turn keeps its body. Returns how many there were.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_mail SET text = '', html = '', sealed = NULL, pruned_at = now()"
            " WHERE id IN (SELECT id FROM mail_mail WHERE pruned_at IS NULL"
            "  AND ((state IN ('sent', 'failed', 'unknown')"
            "        AND created_at < now() - make_interval(days => %s))"
            "    OR (sensitive AND state <> 'sending'"
            "        AND created_at < now() - make_interval(hours => %s)))"
            " ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED)",
            (keep_days, keep_sensitive_hours, PRUNE_PIECE),
        )
        return int(cursor.rowcount)


def prune(*, keep_days: int) -> int:
    """Delete old mails whose fate is certain, one bounded piece. Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM mail_mail WHERE id IN (SELECT id FROM mail_mail"
            " WHERE state IN ('sent', 'failed') AND created_at < now() - make_interval(days => %s)"
            " ORDER BY created_at LIMIT %s)",
            (keep_days, PRUNE_PIECE),
        )
        return int(cursor.rowcount)
