"""A Stripe client for one of our connections: credentials, way out, deadline."""

from uuid import UUID

from connectors.stripe.api import Priority, StripeClient, open_client
from foundation.shops.api import connection_access
from foundation.work.api import Running


def stripe_client(connection_id: UUID, *, job: Running | None = None) -> StripeClient:
    """Return a client that calls as this connection; nothing is sent yet.

    ``job``: every call must be answered while its lease holds, and stands in the exchange log
    beside it. Without one a person waits: they go first when calls are short, and only the
    client's own time-outs bound a call.
    """
    return open_client(
        connection_access(connection_id),
        priority=Priority.NORMAL if job else Priority.URGENT,
        deadline=job.seconds_left if job else None,
        job_id=job.id if job else None,
    )
