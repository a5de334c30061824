"""Jobs per second from being enqueued until they are done, by real workers.

Ours: each job enqueued by itself (one transaction each), rung for, claimed, run in a transaction
with its mark "done". Baseline: a plain Celery task with default settings, ``delay`` each, on the
same Redis with the same number of worker processes. Plain Celery keeps no record and loses what
is in a killed worker; that is what it saves. Both run while the other's workers are stopped.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from bench._house import django_on
from bench.memory import peak_mb
from bench.rows import Row, claim
from config.door import health, services
from config.door.program import Program
from config.door.stack import Options, Stack

JOBS = 4_000
WARM_UP_JOBS = 300
ROUNDS = 3
PROCESSES = 2
START_SECONDS = 40.0
LONGEST_SECONDS = 120.0
WANTED_RATIO = 1.5


class Counter:
    """Counts the bytes that workers write into a pipe, one per job that ran."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._pipe = os.open(path, os.O_RDWR)
        self._seen = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while data := os.read(self._pipe, 65_536):
            with self._changed:
                self._seen += len(data)
                self._changed.notify_all()

    def wait_for(self, jobs: int) -> None:
        """Wait until so many ran since the last call."""
        with self._changed:
            done = self._changed.wait_for(lambda: self._seen >= jobs, LONGEST_SECONDS)
            if not done:
                message = f"Only {self._seen} of {jobs} jobs ran within {LONGEST_SECONDS} s."
                raise TimeoutError(message)
            self._seen -= jobs


@claim("work")
def measure() -> list[Row]:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "counter"
        environment = {"BENCH_COUNTER": str(pipe)}
        with django_on(Options(services=frozenset(), environment=environment)) as stack:
            counter = Counter(pipe)
            one_by_one, fanned_out, plain = _ours(), _ours_fanned_out(), _plain()
            figures: dict[str, list[float]] = {"ours": [], "fanned out": [], "plain": []}
            peak = 0.0
            for _ in range(ROUNDS):
                with _workers(stack, "plain", "bench._jobs_celery", "celery"):
                    figures["plain"].append(_run(plain, counter))
                with _workers(stack, "ours", "bench._jobs_ours", "fast"):
                    figures["ours"].append(_run(one_by_one, counter))
                    figures["fanned out"].append(_run(fanned_out, counter))
                    peak = max(peak, peak_mb(stack.supervisor.pids("ours")))
            unfinished = _unfinished(stack.environment["DATABASE_URL"])
        median = {name: statistics.median(values) for name, values in figures.items()}
        return [
            Row(
                name="work",
                figure=round(median["ours"], 1),
                unit="jobs/s",
                floor=round(median["plain"], 1),
                ratio=round(median["ours"] / median["plain"], 3),
                wanted=WANTED_RATIO,
                peak_rss_mb=peak,
                baseline="plain Celery task, default settings, same broker and processes",
                facts={
                    "worker_processes": PROCESSES,
                    "enqueued_100_at_a_time_per_second": round(median["fanned out"], 1),
                    "jobs_not_done": unfinished,
                    "rounds": {
                        name: [round(value) for value in values] for name, values in figures.items()
                    },
                },
            )
        ]


def jobs_per_second() -> float:
    """Measure one round of ours alone, for what is related to it."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "counter"
        options = Options(services=frozenset(), environment={"BENCH_COUNTER": str(pipe)})
        with django_on(options) as stack:
            counter = Counter(pipe)
            with _workers(stack, "ours", "bench._jobs_ours", "fast"):
                return _run(_ours(), counter)


def _ours() -> Callable[[int], None]:
    from bench import _jobs_ours  # noqa: PLC0415 -- registers the task once Django is set up
    from foundation.work.api import enqueue  # noqa: PLC0415 -- likewise

    def produce(jobs: int) -> None:
        for n in range(jobs):
            enqueue(_jobs_ours.TASK, {"n": n})

    return produce


def _ours_fanned_out() -> Callable[[int], None]:
    from bench import _jobs_ours  # noqa: PLC0415 -- likewise
    from foundation.work.api import NewJob, enqueue_many  # noqa: PLC0415 -- likewise

    def produce(jobs: int) -> None:
        for first in range(0, jobs, 100):
            enqueue_many(_jobs_ours.TASK, [NewJob({"n": first + n}) for n in range(100)])

    return produce


def _plain() -> Callable[[int], None]:
    from bench import _jobs_celery  # noqa: PLC0415 -- reads the broker's address

    def produce(jobs: int) -> None:
        for n in range(jobs):
            _jobs_celery.note.delay(n)

    return produce


def _run(produce: Callable[[int], None], counter: Counter) -> float:
    produce(WARM_UP_JOBS)
    counter.wait_for(WARM_UP_JOBS)
    began = time.perf_counter()
    produce(JOBS)
    counter.wait_for(JOBS)
    return JOBS / (time.perf_counter() - began)


@contextmanager
def _workers(stack: Stack, name: str, app: str, queue: str) -> Iterator[None]:
    ours = services.worker(
        group="fast", concurrency=PROCESSES, environment=stack.environment
    ).program
    words = list(ours.command)
    words[words.index("--app") + 1] = app
    words[words.index("--queues") + 1] = queue
    program: Program = replace(ours, name=name, command=words)
    stack.supervisor.start(program)
    health.wait_for(
        stack.supervisor,
        name,
        lambda: stack.supervisor.has_logged(name, " ready"),
        seconds=START_SECONDS,
    )
    try:
        yield
    finally:
        stack.supervisor.stop(name)


def _unfinished(url: str) -> int:
    """Count jobs that ran but are not done: there must be none."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM work_job WHERE state <> 'done'").fetchone()
    return row[0] if row else -1
