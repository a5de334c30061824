"""The workers of ``work``: the house's own Celery app, and one job that only says that it ran."""

import os
from functools import lru_cache
from typing import Any

import django

from config.celery import app

django.setup()

from foundation.work.api import task  # noqa: E402 -- needs the apps to be loaded

__all__ = ["app"]
TASK = "bench.note"


@lru_cache(maxsize=1)
def counter() -> int:
    """Open the pipe that counts; each process once."""
    return os.open(os.environ["BENCH_COUNTER"], os.O_WRONLY)


@task(TASK, group="fast")
def note(job: Any, n: int) -> None:
    """Do what the baseline's task does."""
    del job, n
    os.write(counter(), b".")
