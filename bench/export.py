"""Rows exported per second: the whole job, from claim to stored file, against bare ``COPY TO``.

A worker in a process of its own makes the file: it counts the rows, disarms formulas in SQL, writes
the file, hashes it and puts it into the storage. The baseline is one ``COPY`` of the same query and
columns, nothing disarmed, over the same driver into a file. Memory is the most that the worker's
process had, for a tenth of the rows and for all of them.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench._house import django_on
from bench.rows import Row, claim
from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from uuid import UUID

ROWS = 1_000_000
ROUNDS = 3
WANTED_RATIO = 0.5
_KB = 1024

_LEDGER = """
INSERT INTO pricing_audittrailentry (shop_id, variant_id, layer, cause, price_before, price_after,
  vendor_updated_at, vendor_request_id, request_id)
SELECT v.shop_id, v.id, 'outside', 'outside_edit', 10 + n %% 90, 10.5 + n %% 90,
  now() - n * interval '1 s', 'req-' || n, ''
FROM generate_series(%(first)s::int, %(last)s::int) n
JOIN (SELECT *, row_number() OVER () AS place FROM catalog_sync_variant WHERE shop_id = %(shop)s) v
  ON v.place = 1 + n %% %(variants)s::int
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported: an exporter, the table its rows are in, and how rows get there.

    ``more`` takes the parameters ``first``, ``last``, ``shop`` and ``variants``.
    """

    exporter: str
    table: str
    words: str
    more: str


SUBJECT = Subject("pricing.ledger", "pricing_audittrailentry", "ledger entries", _LEDGER)
VARIANTS = 1_000


@claim("export")
def measure() -> list[Row]:
    """Measure a tenth of the rows for their memory, then all of them in turns with the baseline."""
    with django_on(Options(services=frozenset(), environment={"LOG_LEVEL": "WARNING"})) as stack:
        shop_id = _shop()
        small = ROWS // 10
        _fill(stack, shop_id, 1, small)
        _, small_mb, _ = _export(shop_id, small)
        _fill(stack, shop_id, small + 1, ROWS)
        ours, bare, peaks, size = [], [], [], 0
        for _ in range(ROUNDS):
            bare.append(ROWS / _bare_copy(shop_id))
            seconds, peak, size = _export(shop_id, ROWS)
            ours.append(ROWS / seconds)
            peaks.append(peak)
        figure, floor = statistics.median(ours), statistics.median(bare)
        return [
            Row(
                name="export",
                figure=round(figure, 1),
                unit="rows/s",
                floor=round(floor, 1),
                ratio=round(figure / floor, 3),
                wanted=WANTED_RATIO,
                peak_rss_mb=max(peaks),
                baseline="COPY (same query) TO STDOUT into a file, nothing disarmed",
                facts={
                    "rows": ROWS,
                    "of": SUBJECT.words,
                    "file_mb": round(size / _KB / _KB, 1),
                    f"peak_rss_mb_of_{small}_rows": small_mb,
                },
            )
        ]


def _shop() -> UUID:
    from bench._big_shop import open_shop_with  # noqa: PLC0415 -- Django is set up only now

    connection, _ = open_shop_with(VARIANTS)
    shop_id: UUID = connection.shop_id
    return shop_id


def _fill(stack: Stack, shop_id: UUID, first: int, last: int) -> None:
    import psycopg  # noqa: PLC0415 -- beside its use

    with psycopg.connect(stack.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        place = {"first": first, "last": last, "shop": shop_id, "variants": VARIANTS}
        owner.execute(SUBJECT.more, place)
        owner.execute(f"VACUUM ANALYZE {SUBJECT.table}")


def _export(shop_id: UUID, rows: int) -> tuple[float, float, int]:
    """Ask for an export and let a worker make it; give seconds, its most memory, and the size."""
    from foundation.exports.api import start_export  # noqa: PLC0415 -- Django is set up only now
    from foundation.storage.api import delete  # noqa: PLC0415 -- likewise

    export = start_export(shop_id=shop_id, exporter=SUBJECT.exporter, params={}, actor_id=None)
    command = [sys.executable, "manage.py", "work", "--group", "heavy", "--until-idle"]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    worker = os.posix_spawn(sys.executable, command, os.environ, file_actions=quiet)
    _, status, used = os.wait4(worker, 0)
    assert status == 0, f"the worker ended with {status}"
    export.refresh_from_db()
    assert (export.state, export.processed_records) == ("done", rows), export.error
    assert export.started_at is not None
    assert export.finished_at is not None
    delete(export.file_url)
    seconds = (export.finished_at - export.started_at).total_seconds()
    return seconds, round(used.ru_maxrss / _KB, 1), export.byte_size or 0


def _bare_copy(shop_id: UUID) -> float:
    """Write the same columns of the same query with nothing between the database and the file."""
    from django.conf import settings  # noqa: PLC0415 -- Django is set up only now
    from django.db import connection  # noqa: PLC0415 -- likewise

    from foundation.exports.registry import exporter_named  # noqa: PLC0415 -- likewise
    from foundation.exports.statements import selected_value  # noqa: PLC0415 -- likewise

    exporter = exporter_named(SUBJECT.exporter)
    assert exporter is not None
    values = map(selected_value, exporter.columns)
    sql, params = exporter.rows(shop_id, {}).values_list(*values).query.sql_with_params()
    Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile(dir=settings.VAR_DIR) as out,
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, HEADER)", params) as copy,
    ):
        while piece := copy.read():
            out.write(piece)
    return time.perf_counter() - began
