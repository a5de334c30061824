"""The fault runs in their short versions; ``./run chaos`` plays them in full."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.stack

LONGEST_SECONDS = 300


@pytest.mark.parametrize("name", ["seasons", "troubles", "prints", "race"])
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
    if counts != {"lost": 0, "doubled": 0, "wrong": 0} or run.returncode:
        # Not by assert: pytest would cut the cause, and whoever reads it has no second chance.
        pytest.fail(f"{json.dumps(verdict, indent=1)}\n{run.stderr[-4000:]}", pytrace=False)
