"""A group that has more to do than it can must not keep the sweep from the others."""

import time

import psycopg
import pytest
from celery import Celery

from config.door.stack import Options, Stack

pytestmark = pytest.mark.stack

# More than two processes do in the time of two slices.
JOBS = 60_000
# As many as a burst of webhooks leaves in the queue (foundation/work/bell.py).
RINGS = 32
# Two slices of work may come first (foundation/work/drain.py), and the lease of nobody is shorter.
PATIENCE_SECONDS = 20.0


def test_a_lease_that_ran_out_is_taken_over_while_a_group_is_busy() -> None:
    options = Options(services=frozenset({"worker-fast", "beat"}))
    with (
        Stack(options) as stack,
        psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as database,
    ):
        database.execute(
            'INSERT INTO work_job (name, "group") SELECT %s, %s FROM generate_series(1, %s)',
            ("work.prune", "fast", JOBS),
        )
        database.execute(
            'INSERT INTO work_job (name, "group", state, attempts, lease_until, worker)'
            " VALUES ('catalog.read_item', 'remote', 'running', 1, now(), 'dead:1')"
        )
        bell = Celery("test", broker=stack.environment["REDIS_URL"], set_as_current=False)
        for _ in range(RINGS):
            bell.send_task("work.drain", ("fast",), queue="fast")
        ends = time.monotonic() + PATIENCE_SECONDS
        while _state(database) == "running" and time.monotonic() < ends:
            time.sleep(0.2)
        waiting = database.execute(
            "SELECT count(*) FROM work_job WHERE name = 'work.prune' AND state = 'queued'"
        ).fetchone()
        assert _state(database) == "queued"
        assert waiting is not None
        assert waiting[0] > 0, "the group had nothing to do any more: more jobs are needed"


def _state(database: "psycopg.Connection[tuple[object, ...]]") -> object:
    row = database.execute("SELECT state FROM work_job WHERE name = 'catalog.read_item'").fetchone()
    assert row is not None
    return row[0]
