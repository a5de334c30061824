"""Order numbers: counted per shop, for people to say on the telephone."""

from uuid import UUID

from django.db import connection

FIRST = 1001

_NEXT = """
INSERT INTO orders_ordercounter AS c (shop_id, last) VALUES (%s, %s)
ON CONFLICT (shop_id) DO UPDATE SET last = c.last + 1 RETURNING last
"""


def next_number(shop_id: UUID) -> int:
    """Return a shop's next order number, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, (shop_id, FIRST))
        row: tuple[int] = cursor.fetchone()
    return row[0]
