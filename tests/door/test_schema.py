"""What is loaded into a throwaway database is what migrations make."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.door import preparing, schema
from config.door.errors import DoorError

OWNER = os.environ["DATABASE_URL"]
RESTRICTION = ("\\restrict", "\\unrestrict")
MIGRATED = {"DATABASE_OWNER_URL": OWNER}


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    """An empty database beside the one that the door has migrated."""
    with psycopg.connect(OWNER, autocommit=True) as server:
        server.execute("CREATE DATABASE schema_test")
        yield {"DATABASE_OWNER_URL": urlsplit(OWNER)._replace(path="/schema_test").geturl()}
        server.execute("DROP DATABASE schema_test WITH (FORCE)")


def dumped(environment: Mapping[str, str], file: Path) -> str:
    schema._run(environment, "pg_dump", "--no-owner", f"--file={file}")
    # A number against injection differs from dump to dump.
    lines = [line for line in file.read_text().splitlines() if not line.startswith(RESTRICTION)]
    # PostgreSQL writes `status IN ('a', 'b')` in one way when it was typed and in another when it
    # was read from a dump: where the casts and their brackets stand.
    return re.sub(r"::(character varying|text)|[][()]", "", "\n".join(lines))


def test_what_was_kept_is_loaded_instead_of_migrating(
    empty: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list[str] = []

    def migrate(*, environment: Mapping[str, str], stamp: Path | None) -> None:
        assert stamp is None
        migrated.append(environment["DATABASE_OWNER_URL"])

    monkeypatch.setattr(preparing, "migrate", migrate)
    # Nothing is kept yet; then other migrations' schema is.
    monkeypatch.setattr(preparing, "wanted_schema", lambda: "an older one")
    schema.bring_up(environment=MIGRATED, kept=tmp_path)
    monkeypatch.setattr(preparing, "wanted_schema", lambda: "this one")
    schema.bring_up(environment=MIGRATED, kept=tmp_path)
    assert migrated == [OWNER, OWNER]
    assert [each.name for each in tmp_path.iterdir()] == ["schema-this one.sql"]

    schema.bring_up(environment=empty, kept=tmp_path)
    assert migrated == [OWNER, OWNER]
    assert dumped(empty, tmp_path / "loaded") == dumped(MIGRATED, tmp_path / "migrated")


def test_a_schema_that_cannot_be_loaded_leaves_nothing_and_says_why(
    empty: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "wanted_schema", lambda: "half")
    (tmp_path / "schema-half.sql").write_text("CREATE TABLE half (id int);\nCREATE TABL\n")
    with pytest.raises(DoorError) as caught:
        schema.bring_up(environment=empty, kept=tmp_path)
    assert caught.value.what == "The schema could not be brought up: psql failed."
    assert "syntax error" in caught.value.detail
    with psycopg.connect(empty["DATABASE_OWNER_URL"]) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == []
