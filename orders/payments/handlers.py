"""What payments listen to: Stripe's webhooks, and a connection that may be used again."""

from uuid import UUID

from connectors.stripe import api as stripe
from foundation.failures import Permanent
from foundation.inbox.api import InboxContent, read_message
from foundation.outbound.api import CONNECTION_RESUMED
from foundation.work.api import Running, on

from . import receiver
from .accounts import active_accounts
from .events import TYPES, apply_event
from .sweep import sweep_later

receiver.register()


def event_arrived(_job: Running, message_id: int) -> None:
    """Stripe told of a payment, a refund or a dispute."""
    message = read_message(message_id)
    if message.shop_id is None or message.connection_id is None:
        text = f"Inbox message {message.id} belongs to no connection any more. Discard this job."
        raise Permanent(text)
    apply_event(connection_id=message.connection_id, shop_id=message.shop_id, event=_event(message))


for _type in TYPES:
    on("stripe", _type)(event_arrived)


def _event(message: InboxContent) -> stripe.Event:
    try:
        return stripe.read_event(message.body)
    except stripe.MalformedPayload as error:
        text = (
            f"Stripe's event {message.external_id} has another shape than agreed ({error}). It is "
            f"kept as inbox message {message.id}; the sweep reads it from Stripe again."
        )
        raise Permanent(text) from error


@on(CONNECTION_RESUMED)
def stripe_resumed(_job: Running, connection_id: str) -> None:
    """A parked connection may call again: nobody looked meanwhile."""
    for account in active_accounts():
        if account.connection_id == UUID(connection_id):
            sweep_later(account)
