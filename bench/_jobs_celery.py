"""The baseline of ``work``: a plain Celery task, default settings, the same broker."""

import os
from functools import lru_cache

from celery import Celery

app = Celery("plain", broker=os.environ["REDIS_URL"])


@lru_cache(maxsize=1)
def counter() -> int:
    """Open the pipe that counts; each process once."""
    return os.open(os.environ["BENCH_COUNTER"], os.O_WRONLY)


@app.task
def note(n: int) -> None:
    """Say that it ran."""
    del n
    os.write(counter(), b".")
