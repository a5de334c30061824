"""Ring for a worker group: a message that names the queue and nothing else (house law 1).

Rings of one process are coalesced; one that fails is not tried again for 5 s. The sweep rings
again every few seconds anyway, so a lost ring costs that much and no more.
"""

from functools import lru_cache
from typing import Any

from django.db import transaction

from foundation.coalescing import Coalescer

# More rings than this in a queue say nothing new; without workers they would pile up for hours.
ENOUGH_RINGS = 32


@lru_cache(maxsize=1)
def _redis() -> Any:
    import redis  # noqa: PLC0415 -- only processes that ring need it
    from django.conf import settings  # noqa: PLC0415 -- likewise

    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _send(groups: set[str]) -> None:
    from .drain import drain  # noqa: PLC0415 -- drain needs this module to ring on

    for group in sorted(groups):
        if _redis().llen(group) < ENOUGH_RINGS:
            drain.apply_async((group,), queue=group, retry=False, ignore_result=True)


_bell = Coalescer("bell", _send)


def ring(group: str) -> None:
    """Ring now, whatever transaction is open. Returns at once."""
    _bell.ask(group)


def ring_on_commit(group: str) -> None:
    """Ring once the current transaction has committed; at once when there is none."""
    transaction.on_commit(lambda: _bell.ask(group))
