"""Root's checkout, used by somebody else: the same servers without any right that root has."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.door.accounts import Account
from config.door.environment import inherited
from config.door.places import CHECKOUT

# An account that Debian and Ubuntu have, and that is not the one which runs root's PostgreSQL.
ORDINARY = "daemon"
SCRIPT = """
import os
import psycopg
from config.door.places import Place
from config.door.stack import Options, Stack
from pathlib import Path
place = Place(var=Path(os.environ["HOME"]) / "var", throwaway=False)
for start in range(2):
    with Stack(Options(services=frozenset(), migrate=False), place=place) as stack:
        with psycopg.connect(stack.addresses.database_owner) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS starts (at int)")
            owner.execute("INSERT INTO starts VALUES (%s)", [start])
            rows = owner.execute("SELECT at FROM starts ORDER BY at").fetchall()
print(os.getuid(), rows, (place.var / "postgres").is_symlink())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="backroom-ordinary-"))
    yield made
    shutil.rmtree(made)


def test_an_ordinary_user_starts_the_servers_twice_and_finds_the_data(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("ALREADY AN ORDINARY USER: every other test of the door shows it")
    try:
        entry = pwd.getpwnam(ORDINARY)
    except KeyError:
        pytest.skip(f"NOT SHOWN FOR AN ORDINARY USER: there is no account {ORDINARY} here")
    account = Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)
    for needed in (Path(sys.executable), CHECKOUT / "config" / "door" / "stack.py"):
        if not account.can_reach(needed):
            pytest.skip(f"NOT SHOWN FOR AN ORDINARY USER: {ORDINARY} cannot reach {needed}")
    account.own(home)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=home,
        env={**inherited(private=True), "HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        **account.switch(),
    )
    assert done.stderr == ""
    assert done.stdout == f"{account.uid} [(0,), (1,)] False\n"
