"""`./run bench …` and `./run chaos …`: hand the command line to `bench` and `tests.chaos`.

Both put up stacks of their own (`config.door.stack`). Beside them a throwaway PostgreSQL and Redis
are at hand in the environment, for figures that need no processes.
"""

from __future__ import annotations

import sys

from config.door.testing import run_beside_servers

MODULES = {"bench": "bench", "chaos": "tests.chaos"}


def measure(command: str, arguments: list[str]) -> int:
    """Run it and give its exit status."""
    return run_beside_servers(
        [sys.executable, "-m", MODULES[command], *arguments], extra={}, owner=False
    )
