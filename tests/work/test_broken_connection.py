"""A worker whose database connection broke answers the next ring."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from foundation.work import heartbeats
from foundation.work.drain import drain, tick
from foundation.work.heartbeats import pulses

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING_DUE: tuple[()] = ()


def rung(name: str) -> None:
    """Ring a child that was quiet for a while, so that its first statement is the heartbeat."""
    heartbeats._written.clear()
    _TASKS[name]()


_TASKS: dict[str, Callable[[], None]] = {"fast": lambda: drain("fast"), "beat": tick}


@pytest.mark.parametrize("name", _TASKS)
def test_the_next_ring_is_answered(name: str, settings: LazySettings) -> None:
    settings.WORK_SCHEDULE = f"{__name__}.NOTHING_DUE"
    rung(name)
    before = {each.name: each.seen_at for each in pulses()}
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    rung(name)
    after = {each.name: each.seen_at for each in pulses()}
    assert after[name] is not None
    assert after[name] != before[name]
