"""Tasks that exist for one test only, and eyes for what became of jobs."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from foundation.work import registry
from foundation.work.models import Job

Handler = Callable[..., None]


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", {})
    monkeypatch.setattr(registry, "_listeners", defaultdict(list))


@pytest.fixture
def ran() -> list[Any]:
    """What handlers noted."""
    return []


@pytest.fixture
def noting(ran: list[Any]) -> Callable[..., Handler]:
    """Register a task that notes its payload; ``then`` runs afterwards and may raise."""

    def make(
        name: str = "t.note", then: Callable[..., None] | None = None, **options: Any
    ) -> Handler:
        def handler(job: Any, **payload: Any) -> None:
            ran.append(payload.get("n", job.id))
            if then is not None:
                then(job, **payload)

        return registry.task(name, **options)(handler)

    return make


def states() -> list[tuple[str, str]]:
    """Return every job's name and state, by id."""
    return list(Job.objects.order_by("pk").values_list("name", "state"))


def sql(statement: str, *params: Any) -> None:
    """Change rows behind the code's back: let time pass, let workers die."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def pass_time(minutes: float) -> None:
    """Let all jobs' times come nearer."""
    sql(
        "UPDATE work_job SET run_after = run_after - make_interval(secs => %s),"
        " lease_until = lease_until - make_interval(secs => %s),"
        " recover_at = recover_at - make_interval(secs => %s)",
        *[minutes * 60] * 3,
    )


def minutes_until(column: str, job_id: int) -> float | None:
    """Return how far away a job's time is, in minutes."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(epoch FROM {column} - now()) / 60"  # noqa: S608 -- a test's own word
            " FROM work_job WHERE id = %s",
            (job_id,),
        )
        (value,) = cursor.fetchone()
    return None if value is None else round(float(value), 1)
