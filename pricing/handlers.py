"""What this app hears of others."""

from typing import Any
from uuid import UUID

from foundation.work.api import Running, on

from . import outside


@on("catalog.prices_seen")
def prices_seen(job: Running, connection_id: str, seen: list[list[Any]]) -> None:
    """The mirror saw prices in the shop: enter the outside edits among them in the ledger."""
    outside.note_prices_seen(
        shop_id=job.shop_id,
        connection_id=UUID(connection_id),
        seen=seen,
        request_id=job.request_id,
    )
