"""The fault runs in their short versions; ``./run chaos`` plays them in full."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.stack

LONGEST_SECONDS = 300


@pytest.mark.parametrize(
    "name", ["seasons", "workers", "redis", "postgres", "answers", "race", "rivals", "checkout"]
)
def test_nothing_is_lost_doubled_or_wrong(name: str) -> None:
    run = subprocess.run(  # noqa: S603 -- our own module; a stack and a Django of its own
        [sys.executable, "-m", "tests.chaos", "--short", name],
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert run.stdout, run.stderr[-4000:]
    verdict = json.loads(run.stdout.splitlines()[-1])
    counts = {each: verdict.get(each) for each in ("lost", "doubled", "wrong")}
    assert counts == {"lost": 0, "doubled": 0, "wrong": 0}, verdict
    assert run.returncode == 0
