"""`./run check`: everything that can be said about the code without running its tests.

All checks run, two at a time; each prints one line when it is done, and what a failed one has said
follows at the end. No server is started: Django's own checks need none, and the address they are
given leads nowhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.door import deployment, environment, keys
from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Check:
    """A name, and what gives the complaints; no complaint means well."""

    name: str
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has found, and how long it took."""

    name: str
    complaint: str
    seconds: float


def like_production() -> dict[str, str]:
    """Give an environment as a real deployment has it.

    Its secrets are fresh, its servers are not there.
    """
    made = keys.fresh()
    return {
        **environment.inherited(private=True),
        "SECRET_KEY": made.secret_key,
        "BACKROOM_KEYS": made.backroom_keys,
        "DATABASE_URL": "postgres://backroom_app:none@127.0.0.1:9/backroom",
        "DATABASE_OWNER_URL": "postgres://backroom_owner:none@127.0.0.1:9/backroom",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "ALLOWED_HOSTS": "backroom.example",
        "PUBLIC_URL": "https://backroom.example",
        "LIVE_URL": "wss://backroom.example",
        "MAIL_URL": "smtp://user:password@mail.example:587?tls=1",
        "DEBUG": "0",
        "PYTHONPATH": str(CHECKOUT),
    }


def said_by(command: Sequence[str]) -> str:
    """Run a tool and give what it said if it failed, nothing if it did not."""
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=like_production(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return (
        ""
        if done.returncode == 0
        else done.stdout.strip() or f"ended with status {done.returncode}"
    )


def _tool(name: str, *command: str) -> Check:
    return Check(name, lambda: said_by(command))


def checks() -> list[Check]:
    """List them, the longest first so that two at a time end together."""
    python = sys.executable
    manage = (python, "manage.py")
    ruff, concise = (python, "-m", "ruff"), ("--output-format", "concise")
    import_law = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    deploy = CHECKOUT / "deploy" / "requirements.lock"
    return [
        _tool("types (mypy)", python, "-m", "mypy", "."),
        _tool("rules (ruff check)", *ruff, "check", *concise, "."),
        _tool("format (ruff format)", *ruff, "format", "--check", *concise, "."),
        _tool("import law (import-linter)", python, "-c", import_law),
        _tool("migrations", *manage, "makemigrations", "--check", "--dry-run"),
        _tool("deployment (manage check)", *manage, "check", "--deploy", "--fail-level", "WARNING"),
        _tool("shell (run)", "sh", "-n", "run"),
        _tool("shell (.ci/run)", "bash", "-n", ".ci/run"),
        Check(
            "compose file",
            lambda: "\n".join(deployment.complaints(CHECKOUT / "docker-compose.yml")),
        ),
        Check(
            "locks agree",
            lambda: "\n".join(deployment.lock_complaints(deploy, CHECKOUT / "requirements.lock")),
        ),
    ]


def judged(check: Check) -> Verdict:
    """Run one check; a tool that is not there is a complaint, not a crash."""
    started = time.monotonic()
    try:
        complaint = check.run()
    except OSError as error:
        complaint = str(error)
    return Verdict(check.name, complaint, time.monotonic() - started)


def check() -> int:
    """Run all; 1 when any complains."""
    with ThreadPoolExecutor(max_workers=min(AT_A_TIME, os.cpu_count() or 1)) as pool:
        verdicts = []
        for verdict in pool.map(judged, checks()):
            verdicts.append(verdict)
            mark = "FAILED" if verdict.complaint else "ok"
            sys.stdout.write(f"{mark:<7}{verdict.name:<30}{verdict.seconds:6.1f} s\n")
            sys.stdout.flush()
    failed = [verdict for verdict in verdicts if verdict.complaint]
    for verdict in failed:
        sys.stdout.write(f"\n--- {verdict.name}\n{verdict.complaint}\n")
    sys.stdout.write(f"\n{len(verdicts) - len(failed)} of {len(verdicts)} checks are fine.\n")
    return 1 if failed else 0
