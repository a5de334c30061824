"""Empty the database after a test that committed, in a fraction of the time of Django's flush.

Django truncates every table, which makes a new file for each and for each of its indexes, and then
makes all content types and permissions anew: half a second for the three rows of most tests. Here
only tables that have pages at all are emptied, row by row. Triggers and foreign keys are off
meanwhile (a table that only grows would refuse; the order would matter), which the door grants to
the tests' role on its throwaway server.
"""

from collections.abc import Callable
from typing import Any

from django.db import connections, transaction
from django.test import TransactionTestCase

# What migrations put there and no test changes.
_KEPT = ("django_migrations", "django_content_type", "auth_permission")
# Deleted rows leave their pages behind; from so many bytes on it is quicker to truncate.
_MANY_BYTES = 16_000_000

_PAGES = """
SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)
  AND pg_relation_size(oid) > 0
ORDER BY relname
"""


def teardown(truncate: Callable[[Any], None]) -> Callable[[Any], None]:
    """Give what a transactional test ends with; ``truncate`` is Django's own way."""

    def empty(case: TransactionTestCase) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(_PAGES, [list(_KEPT)])
            tables = cursor.fetchall()
        if sum(size for _, size in tables) > _MANY_BYTES:
            truncate(case)
        elif tables:
            _delete([name for name, _ in tables])

    return empty


def _delete(tables: list[str]) -> None:
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        # As TRUNCATE does, wait for whoever still writes: its rows must go, too.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables))  # noqa: S608 -- names from the catalogue
