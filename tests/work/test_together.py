"""Jobs of one kind that are claimed together are done together, or each alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from foundation.failures import Permanent
from foundation.work.api import Running, enqueue, task
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch

pytestmark = pytest.mark.django_db(transaction=True)

TOGETHER: list[list[int]] = []
ALONE: list[int] = []


def _many(jobs: Sequence[tuple[Running, dict[str, Any]]]) -> None:
    numbers = [payload["n"] for _, payload in jobs]
    if 13 in numbers:
        raise Permanent("Thirteen is refused.")
    # An effect on rows: undone with the rest when anything fails.
    enqueue("t.effect", {"numbers": numbers})
    TOGETHER.append(numbers)


def _one(_job: Running, n: int) -> None:
    if n == 13:
        raise Permanent("Thirteen is refused.")
    ALONE.append(n)


def _effect(_job: Running, numbers: list[int]) -> None:
    """Only its row is looked at."""


@pytest.fixture(autouse=True)
def _tasks() -> None:
    """Registered for each test: the registry begins empty."""
    task("t.together", many=_many)(_one)
    task("t.effect", group="heavy")(_effect)
    TOGETHER.clear()
    ALONE.clear()


def _states() -> dict[int, str]:
    rows = Job.objects.filter(name="t.together").order_by("pk")
    return {row.payload["n"]: row.state for row in rows}


def test_several_are_one_piece_of_work() -> None:
    for n in range(4):
        enqueue("t.together", {"n": n})
    assert run_batch(Group.FAST) == 4
    assert (TOGETHER, ALONE) == ([[0, 1, 2, 3]], [])
    assert _states() == dict.fromkeys(range(4), "done")
    assert Job.objects.get(name="t.effect").payload == {"numbers": [0, 1, 2, 3]}


def test_one_that_cannot_be_done_holds_up_no_other() -> None:
    for n in (1, 13, 2):
        enqueue("t.together", {"n": n})
    run_batch(Group.FAST)
    assert (TOGETHER, ALONE) == ([], [1, 2])
    assert _states() == {1: "done", 13: "dead", 2: "done"}
    assert not Job.objects.filter(name="t.effect").exists()


def test_one_alone_and_one_that_recovers_are_run_as_ever() -> None:
    enqueue("t.together", {"n": 1})
    run_batch(Group.FAST)
    enqueue("t.together", {"n": 2})
    recovering = enqueue("t.together", {"n": 3})
    Job.objects.filter(pk=recovering).update(recovery_step=1)
    run_batch(Group.FAST)
    assert (TOGETHER, sorted(ALONE)) == ([], [1, 2, 3])


def test_what_was_asked_for_again_meanwhile_runs_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = [enqueue("t.together", {"n": n}, unique_key=str(n)) for n in (1, 2)]
    monkeypatch.setattr("foundation.work.runner.ring_on_commit", lambda *_, **__: None)

    from foundation.work.claim import claim  # noqa: PLC0415 -- beside the step it takes apart
    from foundation.work.runner import run_together  # noqa: PLC0415 -- likewise

    jobs = claim(Group.FAST)
    enqueue("t.together", {"n": 1}, unique_key="1", rerun_if_running=True)
    assert run_together(jobs)
    assert _states() == {1: "queued", 2: "done"}
    # A lease that was lost takes all of them back.
    Job.objects.filter(pk__in=ids).update(state="queued", run_after="2026-01-01T00:00Z")
    jobs = claim(Group.FAST)
    Job.objects.filter(pk=ids[0]).update(lease_token=None)
    TOGETHER.clear()
    Job.objects.filter(name="t.effect").delete()
    assert not run_together(jobs)
    assert not Job.objects.filter(name="t.effect").exists()
