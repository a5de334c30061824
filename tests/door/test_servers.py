"""The embedded servers, really started: one stack for all tests of this module."""

import os
import signal
from collections.abc import Iterator

import psycopg
import pytest
import redis

from config.door import redis_server
from config.door.leftovers import is_running
from config.door.stack import Options, Stack
from tests.door.conftest import eventually


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(Options(services=frozenset(), migrate=False)) as made:
        yield made


def as_owner(stack: Stack, sql: str) -> None:
    with psycopg.connect(stack.addresses.database_owner, autocommit=True) as owner:
        owner.execute(sql)


def test_the_application_reads_and_writes_but_owns_nothing(stack: Stack) -> None:
    as_owner(stack, "CREATE TABLE shelf (id bigint GENERATED ALWAYS AS IDENTITY, label text)")
    with psycopg.connect(stack.addresses.database, autocommit=True) as app:
        app.execute("INSERT INTO shelf (label) VALUES ('top')")
        app.execute("UPDATE shelf SET label = 'bottom'")
        assert app.execute("SELECT id, label FROM shelf").fetchall() == [(1, "bottom")]
        app.execute("DELETE FROM shelf")
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE shelf DISABLE TRIGGER ALL",
            "TRUNCATE shelf",
            "DROP TABLE shelf",
            "CREATE DATABASE mine",
            "SET ROLE backroom_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden.encode())


def test_a_database_that_tests_create_has_the_same_wall(stack: Stack) -> None:
    as_owner(stack, "CREATE DATABASE test_wall")
    owner, app = (
        f"{url.rpartition('/')[0]}/test_wall"
        for url in (stack.addresses.database_owner, stack.addresses.database)
    )
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE shelf (id int)")
    with psycopg.connect(app, autocommit=True) as connection:
        assert connection.execute("SELECT * FROM shelf").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE shelf")


def test_text_is_ordered_the_same_on_every_machine(stack: Stack) -> None:
    with psycopg.connect(stack.addresses.database) as app:
        found = app.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale"
            " FROM pg_database WHERE datname = 'backroom'"
        ).fetchone()
    assert found == ("UTF8", "b", "C.UTF-8")


def test_the_settings_of_the_house_are_in_force(stack: Stack) -> None:
    with psycopg.connect(stack.addresses.database) as app:
        found = app.execute(
            "SELECT current_setting('max_connections'), current_setting('shared_buffers'),"
            " current_setting('synchronous_commit'), current_setting('listen_addresses'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
    assert found == ("200", "256MB", "on", "127.0.0.1", "2min")


def test_nobody_comes_in_without_a_password(stack: Stack) -> None:
    port = stack.addresses.database.rpartition(":")[2].partition("/")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host=127.0.0.1 port={port} user=backroom_app dbname=backroom password=x")
    nameless = stack.addresses.redis.rpartition("@")[2]
    with (
        redis.Redis.from_url(f"redis://{nameless}") as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_a_committed_row_survives_an_immediate_restart(stack: Stack) -> None:
    as_owner(stack, "CREATE TABLE kept (id int)")
    with psycopg.connect(stack.addresses.database, autocommit=True) as app:
        app.execute("INSERT INTO kept VALUES (42)")
        stack.restart_postgres_immediately()
        with pytest.raises(psycopg.OperationalError):
            app.execute("SELECT 1")
    with psycopg.connect(stack.addresses.database) as app:
        assert app.execute("SELECT id FROM kept").fetchall() == [(42,)]


def test_postgres_comes_back_after_a_kill_that_leaves_its_lock_file(stack: Stack) -> None:
    before = stack.supervisor.restarts("postgres")
    os.kill(stack.supervisor.pid("postgres"), signal.SIGKILL)
    server = stack._servers._own_postgres()
    assert eventually(lambda: stack.supervisor.restarts("postgres") > before, seconds=15)
    assert eventually(server.is_ready, seconds=15)


def test_redis_goes_and_comes_back_empty_on_its_port(stack: Stack) -> None:
    with redis.Redis.from_url(stack.addresses.redis) as client:
        client.set("bell", "rung")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        stack.stop_redis()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        assert redis_server.NAME not in stack.supervisor.names()
        stack.start_redis()
        assert client.get("bell") is None


def test_two_stacks_stand_side_by_side(stack: Stack) -> None:
    with Stack(Options(services=frozenset(), migrate=False)) as other:
        assert other.addresses.database != stack.addresses.database
        with psycopg.connect(other.addresses.database) as app:
            assert app.execute("SELECT to_regclass('kept')").fetchone() == (None,)
        pids = [pid for name in other.supervisor.names() for pid in other.supervisor.pids(name)]
        var = other.place.var
    assert not any(map(is_running, pids))
    assert not var.exists()
