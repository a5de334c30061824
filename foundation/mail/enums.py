"""States of a mail with their moves, and the names others know this package's work by."""

from typing import Final

from django.db import models

SEND: Final = "mail.send"
SETTINGS_REFUSED: Final = "mail.settings_refused"
SETTINGS_WORK: Final = "mail.settings_work"
PARKED_ON: Final = "mail"
"""What jobs wait for when the mail server refuses our settings."""


class MailState(models.TextChoices):
    """Where a mail stands.

    SENDING: a worker has begun, the outcome is not written yet. FAILED: it certainly did not
    leave; its job may try on by the slow schedule. UNKNOWN: it may have left; only a person
    decides what now.
    """

    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "Outcome unknown"


MOVES: dict[MailState, tuple[MailState, ...]] = {
    # To "not sent" when its text was forgotten before its turn came.
    MailState.QUEUED: (MailState.SENDING, MailState.FAILED),
    MailState.SENDING: (
        MailState.SENT,
        MailState.QUEUED,
        MailState.FAILED,
        MailState.UNKNOWN,
    ),
    # Its job recovers or is replayed; or a person asks for it on the mail's page.
    MailState.FAILED: (MailState.SENDING, MailState.QUEUED),
    MailState.UNKNOWN: (MailState.QUEUED, MailState.SENT),
    MailState.SENT: (),
}
