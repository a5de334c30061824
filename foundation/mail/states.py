"""Move a mail from state to state: compare-and-set, audit where somebody will ask, push.

The row itself is the history of an ordinary mail; the audit record has what went wrong and what
people did about it.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from foundation.audit.api import record
from foundation.live.api import touch

from .enums import MOVES, MailState
from .models import Mail


class IllegalMove(Exception):
    """The mail is not in a state from which it could move there; nothing was changed."""


@transaction.atomic
def transition(  # noqa: PLR0913 -- what is known about the move, all by keyword
    mail: Mail,
    to: MailState,
    *,
    actor_id: UUID | None = None,
    error: str = "",
    reason: str = "",
    verb: str = "",
) -> None:
    """Move a mail to ``to``, once; ``verb`` is what the audit record calls it, empty: nothing.

    Raises :class:`IllegalMove` when the mail is not there to be moved.
    """
    allowed = [state for state, moves in MOVES.items() if to in moves]
    changed: dict[str, object] = {"state": to, "error": error}
    if to is MailState.SENDING:
        changed |= {"attempts": F("attempts") + 1, "sending_at": Now()}
    if to is MailState.SENT:
        changed["sent_at"] = Now()
        if mail.sensitive:
            changed |= {"sealed": None, "pruned_at": Now()}
    moved = Mail.objects.filter(pk=mail.pk, state=mail.state, state__in=allowed).update(**changed)
    if not moved:
        message = f"The mail is {MailState(mail.state).label.lower()}; it cannot become {to.label}."
        raise IllegalMove(message)
    if verb:
        record(
            f"mail.mail.{verb}",
            shop_id=mail.shop_id,
            actor_id=actor_id,
            object_type="mail",
            object_id=mail.pk,
            reason=reason or error,
        )
    touch("mails", shop_id=mail.shop_id)
    mail.state, mail.error = to, error
