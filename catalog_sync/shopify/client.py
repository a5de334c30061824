"""A Shopify client for one of our connections: credentials, way out, budget, deadline."""

from uuid import UUID

from connectors.shopify.api import Priority, ShopifyClient, open_client
from foundation.shops.api import connection_access
from foundation.work.api import Running


def shopify_client(
    connection_id: UUID,
    *,
    job: Running | None = None,
    priority: Priority = Priority.NORMAL,
    probe: bool = False,
) -> ShopifyClient:
    """Return a client that calls as this connection; nothing is sent yet.

    ``job``: every call must be answered while its lease holds, and stands in the exchange log
    beside it. Without one (a person waits) only the client's own time-outs bound a call.
    ``priority`` says who goes first when the points are short. A parked connection is refused by
    the first call (``failures.Parked``), incomplete credentials at once (``Misconfigured``); a
    ``probe`` reads all the same, for a person who is mending the connection.
    """
    return open_client(
        connection_access(connection_id),
        priority=priority,
        deadline=job.seconds_left if job else None,
        job_id=job.id if job else None,
        probe=probe,
    )
