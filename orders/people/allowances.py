"""Limits by cost: what a client may ask for before it has to wait.

Two buckets, one per browser and one per address, both must have enough. Offices and phone networks
share an address, so its bucket is larger. Counted in PostgreSQL: Redis only rings the bell.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.db import connection, transaction

PRUNE_PIECE = 5_000
ADDRESS_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Room for ``capacity`` units, refilled at ``per_second``."""

    name: str
    capacity: float
    per_second: float


# A unit is a preview that has to be drawn: some 100 ms of a core.
DRAWING = Bucket("drawing", capacity=120, per_second=2.0)
FINALISING = Bucket("finalising", capacity=6, per_second=1 / 120)
MAILING = Bucket("mailing", capacity=5, per_second=1 / 300)


class Cost(Enum):
    """What asking for something costs, in which bucket."""

    KNOWN_PREVIEW = (DRAWING, 0.1)
    PREVIEW = (DRAWING, 1.0)
    FINE_PREVIEW = (DRAWING, 15.0)
    PHOTO = (DRAWING, 12.0)
    FINALISE = (FINALISING, 1.0)
    LOGIN_LINK = (MAILING, 1.0)


class TooMuch(Exception):
    """The client has used up what it may ask for; nothing was done."""

    def __init__(self, seconds: int) -> None:
        """``seconds`` from now there is enough again."""
        super().__init__(f"That was a lot at once. Try again in {seconds} seconds.")
        self.seconds = seconds


_SPEND = """
INSERT INTO orders_clientallowance AS a (key, level, at)
SELECT n.key, n.capacity - %(cost)s, now()
FROM unnest(%(keys)s::text[], %(capacities)s::float8[], %(rates)s::float8[])
     AS n(key, capacity, rate)
ORDER BY n.key
ON CONFLICT (key) DO UPDATE SET at = now(), level =
  LEAST((SELECT capacity FROM unnest(%(keys)s::text[], %(capacities)s::float8[]) c(key, capacity)
         WHERE c.key = a.key),
        a.level + extract(epoch FROM now() - a.at) *
        (SELECT rate FROM unnest(%(keys)s::text[], %(rates)s::float8[]) r(key, rate)
         WHERE r.key = a.key)) - %(cost)s
RETURNING level
"""


def spend(keys: Sequence[str], cost: Cost, *, times: float = 1.0) -> None:
    """Take ``cost`` from each bucket of a client, or raise :class:`TooMuch` and take nothing."""
    if not keys:
        return
    bucket, units = cost.value
    factors = [ADDRESS_FACTOR if key.startswith("address:") else 1.0 for key in keys]
    rates = [bucket.per_second * factor for factor in factors]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _SPEND,
            {
                "keys": [f"{bucket.name}:{key}" for key in keys],
                "capacities": [bucket.capacity * factor for factor in factors],
                "rates": rates,
                "cost": units * times,
            },
        )
        missing = -min(level for (level,) in cursor.fetchall())
        if missing > 0:
            raise TooMuch(max(1, math.ceil(missing / min(rates))))


def prune() -> bool:
    """Forget clients that have been quiet for a day; True when there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM orders_clientallowance WHERE key IN"
            " (SELECT key FROM orders_clientallowance WHERE at < now() - interval '1 day'"
            " ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)",
            (PRUNE_PIECE,),
        )
        return int(cursor.rowcount) == PRUNE_PIECE
