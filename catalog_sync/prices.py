"""Live prices, told to the mirror by whoever wrote or read them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection

LiveRow = tuple[int, Decimal, Decimal | None, dt.datetime]
"""(variant's vendor id, price, compare-at, the vendor's time of the variant)."""

# The rows are locked in the order of vendor ids like everywhere in this app, so that a webhook of
# the same product cannot deadlock with us. Equal times: the answer says what was there
# right after it; whatever came later within that second arrives as a webhook with the same time
# and is read again by id.
_APPLY = """
WITH written AS (
  SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::timestamptz[])
    AS w(vendor_id, price, compare_at, updated_at)
), locked AS (
  SELECT v.id FROM catalog_sync_variant v
  JOIN written w ON v.vendor_id = w.vendor_id
  WHERE v.connection_id = %s
  ORDER BY v.vendor_id FOR NO KEY UPDATE OF v
)
UPDATE catalog_sync_variant v
SET price = w.price, compare_at = w.compare_at, vendor_updated_at = w.updated_at
FROM written w, locked
WHERE v.id = locked.id AND v.vendor_id = w.vendor_id AND v.vendor_updated_at <= w.updated_at
"""


def lock_variants(connection_id: UUID, vendor_ids: Sequence[int]) -> None:
    """Lock these variants' rows until the caller's transaction ends.

    Two writers of one variant meet here: the second sees what the first recorded. In the order of
    vendor ids like everywhere in this app.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM catalog_sync_variant WHERE connection_id = %s AND vendor_id = ANY(%s)"
            " ORDER BY vendor_id FOR NO KEY UPDATE",
            [connection_id, list(vendor_ids)],
        )


def lock_variants_named(variant_ids: Sequence[UUID]) -> None:
    """Lock variants by their own ids; otherwise as :func:`lock_variants`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM catalog_sync_variant WHERE id = ANY(%s)"
            " ORDER BY connection_id, vendor_id FOR NO KEY UPDATE",
            [list(variant_ids)],
        )


def apply_live_prices(connection_id: UUID, rows: Sequence[LiveRow]) -> int:
    """Make the mirror know prices we have just written or read, before their webhooks come.

    Runs in the caller's transaction, in one statement. A row the mirror knows a newer version of,
    and a variant it does not know, are left alone. Publishes nothing: the writer is the listener.
    Returns how many rows changed.
    """
    if not rows:
        return 0
    ids, prices, compares, times = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, [ids, prices, compares, times, connection_id])
        return int(cursor.rowcount)
