"""Ring for a worker group: a message that names the queue and nothing else (house law 1).

Rings of one process are coalesced; one that fails is not tried again for 5 s. The sweep rings
again every few seconds anyway, so a lost ring costs that much and no more. That goes for rings of
a moment ahead, too: they are kept in this process, for jobs that are due within seconds.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.alarm import Alarm
from foundation.coalescing import Coalescer

# More rings than this in a queue say nothing new; without workers they would pile up for hours.
ENOUGH_RINGS = 32
SOON_SECONDS = 10.0


@lru_cache(maxsize=1)
def _redis() -> Any:
    import redis  # noqa: PLC0415 -- only processes that ring need it
    from django.conf import settings  # noqa: PLC0415 -- likewise

    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


@lru_cache(maxsize=1)
def _sender() -> Any:
    # An app of its own that only sends: web, commands and tests ring without having loaded the
    # workers' (a task would be sent to Celery's default broker there), and nobody's current app
    # changes.
    from celery import Celery  # noqa: PLC0415 -- only processes that ring need it
    from django.conf import settings  # noqa: PLC0415 -- likewise

    app = Celery("bell", broker=settings.REDIS_URL, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        broker_connection_timeout=1,
        broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1},
    )
    return app


def _send(groups: set[str]) -> None:
    for group in sorted(groups):
        if _redis().llen(group) < ENOUGH_RINGS:
            _sender().send_task("work.drain", (group,), queue=group, retry=False)


_bell = Coalescer("bell", _send)
_alarm = Alarm("bell-later", _bell.ask)


def ring(group: str) -> None:
    """Ring now, whatever transaction is open. Returns at once."""
    _bell.ask(group)


def ring_on_commit(group: str, *, after: float = 0.0) -> None:
    """Ring once the current transaction has committed; at once when there is none.

    ``after``: so many seconds later, if they are few (:data:`SOON_SECONDS`); else the sweep rings.
    """
    if after <= 0:
        transaction.on_commit(lambda: _bell.ask(group))
    elif after <= SOON_SECONDS:
        transaction.on_commit(lambda: _alarm.set(group, after))


def seconds_until(moment: dt.datetime | None) -> float:
    """Return how far ahead a job's time is; 0 for now or earlier."""
    return 0.0 if moment is None else max(0.0, (moment - timezone.now()).total_seconds())
