"""The schema of a throwaway database: what migrations made of one before, while they are the same.

Migrating an empty database takes a dozen seconds, of which SQL is one: the rest is Django's, which
draws all models anew after each step. Loading what came of it takes two. Databases that last are
migrated (`preparing`).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING

from psycopg.conninfo import conninfo_to_dict

from config.door import places, preparing, wheels
from config.door.errors import DoorError
from config.door.places import OURS_ALONE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PARAMETERS = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def bring_up(*, environment: Mapping[str, str], kept: Path) -> None:
    """Give an empty database the schema, as its owner; `kept` is where dumps lie.

    DoorError when that fails.
    """
    dump = kept / f"schema-{preparing.wanted_schema()[:20]}.sql"
    if dump.exists():
        _run(
            environment,
            *("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction"),
            *("--set=ON_ERROR_STOP=1", f"--file={dump}"),
        )
        return
    preparing.migrate(environment=environment, stamp=None)
    with contextlib.suppress(PermissionError):
        kept.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
    if not os.access(kept, os.W_OK):
        # A checkout that is not ours to write.
        return
    draft = kept / f"draft-{os.getpid()}.sql"
    _run(environment, "pg_dump", "--no-owner", f"--file={draft}")
    draft.replace(dump)
    for other in kept.glob("schema-*.sql"):
        if other != dump:
            other.unlink(missing_ok=True)


def _run(environment: Mapping[str, str], name: str, *arguments: str) -> None:
    given = conninfo_to_dict(environment["DATABASE_OWNER_URL"])
    done = subprocess.run(
        [str(wheels.postgres_tool(name)), *arguments],
        # Not by the command line, where everybody on the machine could read the password.
        env={"LC_ALL": "C", **{PARAMETERS[word]: str(given[word]) for word in given}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DoorError(
            what=f"The schema could not be brought up: {name} failed.",
            detail=done.stderr.strip(),
            now=f"run it again; if that does not help, delete {places.KEPT_SCHEMA}",
        )
