"""Merge the shop's locations: few, so always all of them."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from connectors.shopify.api import Location

from .merging import Source

_MERGE: Final = """
INSERT INTO catalog_sync_location AS l (
  id, shop_id, connection_id, vendor_id, name, active, vendor_updated_at)
SELECT gen_random_uuid(), %(shop)s, %(connection)s, t.id, t.name, t.active, t.updated_at
FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(actives)s::boolean[],
            %(times)s::timestamptz[]) AS t(id, name, active, updated_at)
ORDER BY t.id
ON CONFLICT (connection_id, vendor_id) DO UPDATE SET
  name = EXCLUDED.name, active = EXCLUDED.active, vendor_updated_at = EXCLUDED.vendor_updated_at
WHERE l.vendor_updated_at IS NULL OR l.vendor_updated_at <= EXCLUDED.vendor_updated_at
"""

_CLOSE: Final = """
UPDATE catalog_sync_location SET active = false
WHERE connection_id = %(connection)s AND active AND vendor_id <> ALL(%(ids)s)
"""


def merge_locations(source: Source, found: Sequence[Location]) -> None:
    """Merge a complete list; what is not on it is closed and kept for its history."""
    params = {
        **source.params(),
        "ids": [each.id for each in found],
        "names": [each.name for each in found],
        "actives": [each.active for each in found],
        "times": [each.updated_at for each in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, params)
        cursor.execute(_CLOSE, params)
