"""What has to be done once before the processes start: the schema and the static files.

Both are skipped when nothing changed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING

from config.door.errors import DoorError
from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LAST_LINES = 25
NOT_OURS = {".venv", "var", "node_modules"}


def run_manage(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run `manage.py` to its end and give what it printed.

    DoorError with its last lines when it fails.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DoorError(
            what=f"manage.py {' '.join(arguments)} failed.",
            detail="\n".join(
                f"  {line}" for line in (done.stdout + done.stderr).splitlines()[-LAST_LINES:]
            ),
            now="the lines above name the cause; mend it and start again",
        )
    return done.stdout


def migrate(*, environment: Mapping[str, str], stamp: Path | None) -> None:
    """Bring the schema up to date, as the owner of the database.

    `stamp` lies beside the data it speaks of, so that it cannot outlive them; without one (a server
    that others may change) Django is asked every time.
    """
    wanted = wanted_schema()
    if stamp is not None and _reads(stamp) == wanted:
        return
    owner = {**environment, "DATABASE_URL": environment["DATABASE_OWNER_URL"]}
    run_manage("migrate", "--no-input", "--verbosity", "0", environment=owner)
    if stamp is not None:
        stamp.write_text(wanted)


def wanted_schema() -> str:
    """Give one number for all migrations, ours and the libraries'."""
    return _digest(_ours("*/migrations/*.py"), contents=True)


def collect_static(*, environment: Mapping[str, str], stamp: Path) -> None:
    """Gather and compress the static files for serving without DEBUG."""
    wanted = _digest(_ours("static/**/*"), contents=False)
    if _reads(stamp) == wanted:
        return
    run_manage("collectstatic", "--no-input", "--verbosity", "0", environment=environment)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def _ours(pattern: str) -> list[Path]:
    """Find files of the checkout, at any depth but not in what is generated; sorted."""
    roots = [CHECKOUT, *(entry for entry in CHECKOUT.iterdir() if entry.is_dir())]
    return sorted(
        {
            file
            for root in roots
            if root.name not in NOT_OURS and not (root.name.startswith(".") and root != CHECKOUT)
            for file in root.glob(pattern if root == CHECKOUT else f"**/{pattern}")
            if file.is_file()
        }
    )


def _digest(files: Iterable[Path], *, contents: bool) -> str:
    """Give one number for the files and for the lock.

    The lock counts since libraries bring migrations and static files too.
    """
    digest = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for file in files:
        digest.update(str(file.relative_to(CHECKOUT)).encode())
        status = file.stat()
        digest.update(
            file.read_bytes() if contents else f"{status.st_size} {status.st_mtime_ns}".encode()
        )
    return digest.hexdigest()


def _reads(stamp: Path) -> str:
    try:
        return stamp.read_text()
    except OSError:
        return ""
