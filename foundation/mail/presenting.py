"""Mails as pages show them: words, tones, what happened."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from .enums import MailState
from .models import Mail

if TYPE_CHECKING:
    from foundation.audit.api import Event

TONES = {
    MailState.SENDING: "busy",
    MailState.SENT: "good",
    MailState.FAILED: "bad",
    MailState.UNKNOWN: "bad",
}


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as a line of the list. ``repeatable``: a person may have it sent again."""

    mail: Mail
    state: str
    tone: str
    repeatable: bool

    @classmethod
    def of(cls, mail: Mail) -> Self:
        """Put a row's columns into words."""
        state = MailState(mail.state)
        label, tone = str(state.label), TONES.get(state, "neutral")
        if state is MailState.QUEUED and mail.error:
            label, tone = "Tried again", "warn"
        again = state in (MailState.FAILED, MailState.UNKNOWN) and mail.pruned_at is None
        return cls(mail, label, tone, again)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of a mail's timeline."""

    at: dt.datetime
    words: str
    tone: str = ""


def timeline(mail: Mail, events: "Iterable[Event]") -> list[Moment]:
    """Order what happened to a mail, the oldest first."""
    moments = [Moment(mail.created_at, "Written down with its cause")]
    if mail.sending_at:
        moments.append(Moment(mail.sending_at, f"Attempt {mail.attempts} began", "busy"))
    for event in events:
        by = "" if event.actor == "the system" else f" by {event.actor}"
        why = f": {event.reason}" if event.reason and by else ""
        moments.append(
            Moment(event.at, f"{event.words.removeprefix('Mail ').capitalize()}{by}{why}")
        )
    if mail.sent_at:
        moments.append(Moment(mail.sent_at, "Sent", "good"))
    return sorted(moments, key=lambda moment: moment.at)
