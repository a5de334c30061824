"""The embedded PostgreSQL: create the cluster, make it fit to start, run it under the supervisor.

It listens on 127.0.0.1 only and asks everybody for a password (SCRAM), so that two users of one
machine do not see each other's data. The superuser is used for `deploy/postgres/roles.sql` alone.

What is *not* done here: upgrades between major versions. The embedded server is for demo, tests and
development; `--fresh` starts over.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from config.door import accounts, postgres_recovery, wheels
from config.door.errors import DoorError
from config.door.places import CHECKOUT, OURS_ALONE
from config.door.ports import LOOPBACK
from config.door.program import Program

if TYPE_CHECKING:
    from config.door.accounts import Account
    from config.door.keys import Keys
    from config.door.places import Place

NAME = "postgres"
DEPLOYED = CHECKOUT / "deploy" / "postgres"
SUPERUSER = "postgres"
DATABASE = "backroom"
MAJOR = "18"
# The provider built into PostgreSQL 17 and later: the same order on every machine, and as quick as
# "C".
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Of a throwaway server: the tests empty tables without asking triggers and foreign keys.
LET_TESTS_EMPTY_TABLES = "GRANT SET ON PARAMETER session_replication_role TO backroom_owner"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """One cluster: its place, its programs, its port, and whether its data may be lost."""

    home: Path
    bin: Path
    account: Account
    keys: Keys
    port: int
    durable: bool

    @property
    def data(self) -> Path:
        """Name the data directory, which belongs to the account that runs the server."""
        return self.home / "data"

    def url(self, role: str, password: str) -> str:
        """Give the address of the database for a role."""
        return f"postgres://{role}:{password}@{LOOPBACK}:{self.port}/{DATABASE}"

    @property
    def app_url(self) -> str:
        """Give `DATABASE_URL`."""
        return self.url("backroom_app", self.keys.app_password)

    @property
    def owner_url(self) -> str:
        """Give `DATABASE_OWNER_URL`."""
        return self.url("backroom_owner", self.keys.owner_password)

    def create(self) -> bool:
        """Create the cluster if there is none; tells whether it did.

        It is created under another name and renamed when complete: an interrupted creation leaves
        no half cluster.
        """
        if (self.data / "PG_VERSION").exists():
            self._refuse_other_version()
            return False
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=OURS_ALONE)
        self.account.own(draft)
        password = self.home / f"password-{secrets.token_hex(4)}"
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as out:
                out.write(self.keys.postgres_password)
            self.account.own(password)
            command = [
                str(self.bin / "initdb"),
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                *LOCALE,
                # What is thrown away need not survive a power cut, nor be checked for bit rot.
                *(("--no-sync", "--no-data-checksums") if not self.durable else ()),
            ]
            made = subprocess.run(
                command,
                cwd=self.home,
                env=self._environment(),
                capture_output=True,
                text=True,
                check=False,
                **self.account.switch(),
            )
        finally:
            password.unlink(missing_ok=True)
        if made.returncode != 0:
            raise DoorError(
                what="PostgreSQL could not create its data directory.",
                why=(made.stderr or made.stdout).strip(),
                now=f"see that {self.home} has room (df -h) and its file system knows permissions",
            )
        with (draft / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'house.conf'\n")
        draft.rename(self.data)
        return True

    def program(self) -> Program:
        """Say how to run the server."""
        # Still right after any kill of any process; only a crash of the machine would damage it.
        lose = ("fsync=off", "full_page_writes=off") if not self.durable else ()
        settings = (
            f"port={self.port}",
            f"listen_addresses={LOOPBACK}",
            "unix_socket_directories=",
            "logging_collector=off",
            *lose,
        )
        return Program(
            name=NAME,
            command=[
                str(self.bin / "postgres"),
                "-D",
                str(self.data),
                *(part for setting in settings for part in ("-c", setting)),
            ],
            environment=self._environment(),
            cwd=self.home,
            switch=self.account.switch(),
            # "Fast": end the sessions, write a checkpoint, go.
            stop_signal=signal.SIGINT,
            patience=8.0,
            # "Immediate": every backend ends at once; the log is replayed at the next start.
            orphan_signal=signal.SIGQUIT,
            before_start=self.make_fit_to_start,
        )

    def make_fit_to_start(self) -> None:
        """Write the settings, and clear away what an unclean end has left."""
        conf = self.data / "house.conf"
        shutil.copyfile(DEPLOYED / "house.conf", conf)
        conf.chmod(0o600)
        self.account.own(conf)
        postgres_recovery.clear_way(self.data, self.account)

    def is_ready(self) -> bool:
        """Tell whether the server answers; while it recovers from a crash it does not."""
        try:
            with psycopg.connect(self.superuser_dsn("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def superuser_dsn(self, database: str) -> str:
        """Give libpq's parameters for the superuser."""
        return (
            f"host={LOOPBACK} port={self.port} dbname={database} user={SUPERUSER} "
            f"password={self.keys.postgres_password}"
        )

    def on_port(self, port: int) -> PostgresServer:
        """Give the same server on another port."""
        return replace(self, port=port)

    def has_roles(self) -> bool:
        """Tell whether the roles are there with our passwords.

        An interrupted first start has created neither.
        """
        try:
            for url in (self.owner_url, self.app_url):
                psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def apply_roles(self) -> None:
        """Create roles and database as `deploy/postgres/roles.sql` says."""
        environment = {
            **self._environment(),
            "PGPASSWORD": self.keys.postgres_password,
            "BACKROOM_OWNER_PASSWORD": self.keys.owner_password,
            "BACKROOM_APP_PASSWORD": self.keys.app_password,
        }
        command = [
            str(self.bin / "psql"),
            "--no-psqlrc",
            "--quiet",
            f"--host={LOOPBACK}",
            f"--port={self.port}",
            f"--username={SUPERUSER}",
            "--dbname=postgres",
            f"--file={DEPLOYED / 'roles.sql'}",
            *(() if self.durable else (f"--command={LET_TESTS_EMPTY_TABLES}",)),
        ]
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DoorError(
                what="The database roles could not be created.",
                why=done.stderr.strip(),
                now="start over without the old data: ./run demo --fresh",
            )

    def _environment(self) -> dict[str, str]:
        # Not the caller's: PG… variables there would lead the tools to another server, LC_… to
        # another language.
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}

    def _refuse_other_version(self) -> None:
        kept = (self.data / "PG_VERSION").read_text().strip()
        offered = MAJOR
        if kept != offered:
            raise DoorError(
                what=f"The data in {self.data} was written by PostgreSQL {kept}.",
                why=f"the embedded server is PostgreSQL {offered} now and cannot read it",
                now="start over without the old data: ./run demo --fresh",
            )


def in_place(place: Place, keys: Keys, port: int, *, durable: bool) -> PostgresServer:
    """Give the embedded server of a place; `durable` data survives a power cut."""
    account = accounts.for_postgres()
    home = place.for_postgres(account)
    return PostgresServer(
        home=home,
        bin=wheels.postgres_bin(account, home),
        account=account,
        keys=keys,
        port=port,
        durable=durable,
    )
