"""The door: a client for an account's connection, and the reading of its webhooks."""

from typing import TYPE_CHECKING, Final

from foundation.failures import Misconfigured
from foundation.outbound.api import Allowance, PointsBudget, Priority, open_http, park_connection

from .client import StripeClient
from .contracts import (
    AccountFacts,
    Charge,
    Dispute,
    Endpoint,
    Event,
    EventObject,
    Line,
    NewEndpoint,
    Page,
    PaymentIntent,
    Refund,
    Session,
    SessionWanted,
)
from .endpoints import Endpoints
from .errors import Declined, KeyReused, Missing, Rejected
from .settings import API_VERSION, StripeCredentials, is_secret_key
from .transport import Transport
from .webhooks import (
    SIGNATURE_HEADER,
    TOLERANCE_SECONDS,
    Envelope,
    MalformedPayload,
    Refusal,
    Refused,
    read_envelope,
    read_event,
    verify_signature,
)

if TYPE_CHECKING:
    from foundation.outbound.api import Deadline
    from foundation.shops.api import ConnectionAccess

__all__ = [
    "API_VERSION",
    "SIGNATURE_HEADER",
    "TOLERANCE_SECONDS",
    "AccountFacts",
    "Charge",
    "Declined",
    "Dispute",
    "Endpoint",
    "Endpoints",
    "Envelope",
    "Event",
    "EventObject",
    "KeyReused",
    "Line",
    "MalformedPayload",
    "Missing",
    "NewEndpoint",
    "Page",
    "PaymentIntent",
    "Priority",
    "Refund",
    "Refusal",
    "Refused",
    "Rejected",
    "Session",
    "SessionWanted",
    "StripeClient",
    "is_secret_key",
    "open_client",
    "read_envelope",
    "read_event",
    "verify_signature",
]

# Calls a second of an account (§8): 25 in test mode and to one address, 100 in all with real money.
# Stripe never tells what is left, so the smaller number holds for both.
_ALLOWED: Final = Allowance.calls(25, each_seconds=1)


def open_client(
    access: "ConnectionAccess",
    *,
    priority: Priority = Priority.NORMAL,
    deadline: "Deadline | None" = None,
    job_id: int | None = None,
    probe: bool = False,
) -> StripeClient:
    """Return a client that calls through the connection's lane and budget.

    ``deadline`` tells the seconds left of the caller's lease and bounds every call; ``job_id``
    stands in the exchange log; a ``probe`` may read although the connection is parked, and parks
    nothing. Nothing is sent yet.
    """
    try:
        credentials = StripeCredentials(
            connection_id=access.id,
            account=access.account,
            secret_key=access.secrets["secret_key"],
        )
    except (KeyError, ValueError) as error:
        message = (
            f"The Stripe connection {access.account} is incomplete: {error}. Enter its secret key "
            "again."
        )
        if not probe:
            park_connection(access.id, message)
        raise Misconfigured(message, connection_id=access.id) from error
    return StripeClient(
        Transport(
            credentials,
            lane=open_http(access, deadline=deadline, job_id=job_id, probe=probe),
            points=PointsBudget(f"stripe:{access.id}", priority=priority, assumed=_ALLOWED),
        )
    )
