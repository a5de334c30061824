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

_DESIGNS = """
WITH visitor AS (
  INSERT INTO orders_visitor (id, shop_id) VALUES (gen_random_uuid(), %(shop)s) RETURNING id
), product AS (
  INSERT INTO orders_printproduct (id, shop_id, slug, name, kind, description, material, position,
    active)
  VALUES (gen_random_uuid(), %(shop)s, 'poster', 'Poster', 'poster', '', '', 0, true) RETURNING id
), size AS (
  INSERT INTO orders_printsize (id, shop_id, product_id, name, sku, width_mm, height_mm, bleed_mm,
    safe_mm, dpi, price, weight_grams, parcel_class, position, active)
  SELECT gen_random_uuid(), %(shop)s, product.id, '30 × 45 cm', 'PST-3045', 300, 450, 3, 10, 300,
    29, 110, 'tube', 0, true FROM product RETURNING id
), photo AS (
  INSERT INTO orders_photo (id, shop_id, visitor_id, name, width, height, byte_size, sha256,
    original_key, working_key)
  SELECT gen_random_uuid(), %(shop)s, visitor.id, 'rex.jpg', 4000, 3000, 1, '', '', ''
  FROM visitor RETURNING id
), design AS (
  INSERT INTO orders_design (id, shop_id, visitor_id, size_id, photo_id, document, checksum, digest,
    status, preview_image_url, final_image_url)
  SELECT gen_random_uuid(), %(shop)s, visitor.id, size.id, photo.id, '{}', n, md5(n::text),
    'ready', '', ''
  FROM visitor, size, photo, generate_series(1, %(designs)s) n RETURNING id, size_id, photo_id
)
INSERT INTO orders_designversion (id, shop_id, design_id, number, size_id, photo_id, document,
  checksum, digest, spec)
SELECT gen_random_uuid(), %(shop)s, id, 1, size_id, photo_id, '{}', 1, '', '{}' FROM design
"""
_ORDERS = """
INSERT INTO orders_order (id, shop_id, channel, external_id, number, status, payment_status, email,
  name, line1, line2, city, province, postal_code, country, phone, currency, items_total,
  shipping_method, shipping_total, tax_total, total, paid_total, refunded_total,
  stripe_checkout_session_id, reprint_reason, note, carrier, tracking_number, tracking_url,
  created_at, paid_at)
SELECT gen_random_uuid(), %(shop)s, 'print_shop', '', n, 'in_production', 'succeeded',
  'customer' || n || '@example.com', 'Customer ' || n, n || ' Queen St', '', 'Toronto',
  (ARRAY['ON','QC','BC','AB'])[1 + n %% 4], 'M5V 2T6', 'CA', '', 'CAD', 58, 'Standard', 9, 8.71,
  75.71, 75.71, 0, '', '', '', '', '', '', now() - n * interval '1 min', now() - n * interval '1 s'
FROM generate_series(%(first)s::int / %(each)s + 1, %(last)s::int / %(each)s) n
"""
_LINES = """
INSERT INTO orders_orderline (shop_id, order_id, position, design_id, version_id, size_id, title,
  sku, quantity, unit_price, total)
SELECT o.shop_id, o.id, k, v.design_id, v.id, v.size_id, 'Poster, 30 × 45 cm', 'PST-3045', 2, 29, 58
FROM orders_order o
CROSS JOIN generate_series(0, %(each)s - 1) k
JOIN (SELECT *, row_number() OVER () AS place FROM orders_designversion WHERE shop_id = %(shop)s) v
  ON v.place = 1 + (o.number + k) %% %(designs)s::int
WHERE o.shop_id = %(shop)s AND o.number > %(first)s::int / %(each)s
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported: an exporter, the table its rows are in, and how rows get there.

    ``more`` takes the parameters ``first``, ``last``, ``shop``, ``each`` and ``designs``.
    """

    exporter: str
    tables: tuple[str, ...]
    words: str
    more: tuple[str, ...]


SUBJECT = Subject(
    "orders.order_lines", ("orders_order", "orders_orderline"), "order lines", (_ORDERS, _LINES)
)
DESIGNS = 1_000
EACH = 2
"""Lines of an order."""


@claim("export")
def measure() -> list[Row]:
    """Measure a tenth of the rows for their memory, then all of them in turns with the baseline."""
    with django_on(Options(services=frozenset(), environment={"LOG_LEVEL": "WARNING"})) as stack:
        shop_id = _shop(stack)
        small = ROWS // 10
        _fill(stack, shop_id, 0, small)
        _, small_mb, _ = _export(shop_id, small)
        _fill(stack, shop_id, small, ROWS)
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


def _shop(stack: Stack) -> UUID:
    import psycopg  # noqa: PLC0415 -- beside its use

    from foundation.shops.api import open_shop  # noqa: PLC0415 -- Django is set up only now
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("owner@bench-export.test")
    shop_id: UUID = open_shop(name="bench-export", owner=owner).pk
    with psycopg.connect(stack.environment["DATABASE_OWNER_URL"], autocommit=True) as database:
        database.execute(_DESIGNS, {"shop": shop_id, "designs": DESIGNS})
    return shop_id


def _fill(stack: Stack, shop_id: UUID, first: int, last: int) -> None:
    """Bring the lines to ``last``; both numbers are of whole orders."""
    import psycopg  # noqa: PLC0415 -- beside its use

    place = {"first": first, "last": last, "shop": shop_id, "designs": DESIGNS, "each": EACH}
    with psycopg.connect(stack.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for statement in SUBJECT.more:
            owner.execute(statement, place)
        for table in SUBJECT.tables:
            owner.execute(f"VACUUM ANALYZE {table}")


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
