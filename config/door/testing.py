"""`./run test [pytest arguments]`: the tests, against throwaway servers."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from config.door import environment, foreground, interruption
from config.door.errors import DoorError
from config.door.postgres_server import DATABASE
from config.door.stack import Options, Stack

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Where `playwright install chromium` puts it.
CHROMIUM_OF_PLAYWRIGHT = "ms-playwright/chromium-*/chrome-linux*/chrome"
# Arguments that say themselves how many processes run, or need exactly one.
OWN_PARALLELISM = (
    "-n",
    "--numprocesses",
    "--pdb",
    "--trace",
    "--collect-only",
    "--co",
    "--fixtures",
    "-h",
    "--help",
)
# One more than the two cores that are taken for granted: the fault runs wait a third of their time.
PROCESSES = "3"


def chromium() -> str | None:
    """Find a Chromium: the one `CHROMIUM` names, one on the PATH, or Playwright's."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    on_path = next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)
    if on_path:
        return on_path
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return next(
        (str(path) for path in sorted(cache.glob(CHROMIUM_OF_PLAYWRIGHT), reverse=True)), None
    )


def require_or_warn(found: str | None) -> None:
    """Say loudly that no page will be looked at; an error when `REQUIRE_CHROMIUM=1`."""
    if found:
        return
    if os.environ.get("REQUIRE_CHROMIUM") == "1":
        raise DoorError(
            what="No Chromium was found.",
            why="REQUIRE_CHROMIUM=1 asks for the browser tests",
            now="apt install chromium, or CHROMIUM=/path/to/chromium ./run test",
        )
    line = "*" * 78
    sys.stderr.write(
        f"{line}\n* NO CHROMIUM FOUND: the browser tests are skipped, no page is looked at.\n"
        f"* apt install chromium, or CHROMIUM=/path/to/chromium ./run test\n{line}\n"
    )


def run_beside_servers(
    command: list[str], *, extra: dict[str, str], owner: bool, migrate: bool = False
) -> int:
    """Run a command with throwaway PostgreSQL and Redis in its environment.

    With `owner` it logs in as who may create databases.
    """
    with Stack(Options(services=frozenset(), migrate=migrate)) as stack:
        full = {**environment.inherited(private=True), **stack.environment, **extra}
        if owner:
            full["DATABASE_URL"] = full["DATABASE_OWNER_URL"]
        status = foreground.run(command, environment=full, supervisor=stack.supervisor)
        interruption.stop_raising()
        return status


def test(arguments: list[str]) -> int:
    """Run pytest; gives its exit status."""
    found = chromium()
    require_or_warn(found)
    chosen = any(word.startswith(option) for word in arguments for option in OWN_PARALLELISM)
    # By file, so that a stack that a module shares is put up once. Not loadgroup: pytest-xdist 3.8
    # ignores its groups in silence with pytest 9.2 (pytest-dev/pytest-xdist#1386).
    # Not reordered by the number of tests: the longest file has six (tests/conftest.py).
    parallel = [] if chosen else ["-n", PROCESSES, "--dist", "loadfile", "--no-loadscope-reorder"]
    return run_beside_servers(
        [sys.executable, "-m", "pytest", *parallel, *arguments],
        # The application's role is kept at hand for tests of the wall between the two.
        extra={"CHROMIUM": found or "", "LOG_FORMAT": "console", "TEST_TEMPLATE": DATABASE},
        owner=True,
        # Each process copies that database instead of migrating its own.
        migrate=True,
    )
