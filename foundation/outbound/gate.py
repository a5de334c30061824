"""The gate every call passes: an active connection, and no panic switch for what changes things.

The state is read from the database at most once a second per process and connection, so a parked
connection stops calls within a second at constant cost. Only a *good* answer is remembered: a
resumed connection works at once, and a job is never parked on news that is old.
"""

import threading
import time
from typing import Final
from uuid import UUID

from foundation.failures import Parked, connection_key, shop_key
from foundation.shops.api import connection_access

GOOD_SECONDS: Final = 1.0

_lock = threading.Lock()
_good_until: dict[tuple[UUID, bool], float] = {}


def pass_gate(connection_id: UUID, *, changes: bool, probe: bool = False) -> None:
    """Raise ``failures.Parked`` when this call must not be made now.

    A probe (the test of a connection that is being mended) passes although it is parked; it
    still changes nothing for a frozen shop.
    """
    if probe and not changes:
        return
    now = time.monotonic()
    if _good_until.get((connection_id, changes), 0.0) > now:
        return
    access = connection_access(connection_id)
    if access.parked and not probe:
        _forget(connection_id)
        raise Parked(
            key=connection_key(connection_id),
            why=f"The connection {access.account} is parked: {access.parked_reason}",
        )
    if changes and access.frozen:
        _forget(connection_id)
        raise Parked(
            key=shop_key(access.shop_id),
            why="The panic switch is on: no change leaves for this shop until it is released.",
        )
    if not probe:
        with _lock:
            _good_until[(connection_id, changes)] = now + GOOD_SECONDS


def _forget(connection_id: UUID) -> None:
    with _lock:
        for changes in (True, False):
            _good_until.pop((connection_id, changes), None)


def forget_all() -> None:
    """Read every state anew at the next call; this process has just changed one."""
    with _lock:
        _good_until.clear()
