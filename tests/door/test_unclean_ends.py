"""A kill -9 of the door leaves nothing behind; what is left anyway is found at the next start."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.door import leftovers
from config.door.environment import inherited
from config.door.guard import Guard
from config.door.places import CHECKOUT, Place
from config.door.supervisor import Supervisor
from tests.door.conftest import eventually, program

DOOR = """
import json, sys, time
from config.door.stack import Options, Stack
from tests.door.conftest import program
with Stack(Options(services=frozenset(), migrate=False)) as stack:
    # Like a Celery parent: the pool is two generations away from the door.
    stack.supervisor.start(program("parent", '''
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
'''))
    time.sleep(0.3)
    pids = [pid for name in stack.supervisor.names() for pid in stack.supervisor.pids(name)]
    outside = str((stack.place.var / "postgres").resolve())
    print(json.dumps({"pids": pids, "var": str(stack.place.var), "outside": outside}), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes as Linux does")
def test_a_killed_door_leaves_no_process_and_no_throwaway_data() -> None:
    door = subprocess.Popen(
        [sys.executable, "-c", DOOR],
        cwd=CHECKOUT,
        env={**inherited(private=True), "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert door.stdout is not None
    told = json.loads(door.stdout.readline())
    # redis; postgres with its background processes; the parent and its child
    assert len(told["pids"]) > 6
    assert all(map(leftovers.is_running, told["pids"]))
    door.kill()
    door.wait()
    assert eventually(lambda: not any(map(leftovers.is_running, told["pids"])), seconds=5)
    assert eventually(lambda: not Path(told["var"]).exists(), seconds=5)
    assert eventually(lambda: not Path(told["outside"]).exists(), seconds=5)


def test_a_killed_guardian_is_replaced_and_knows_everything(
    supervisor: Supervisor, place: Place
) -> None:
    supervisor.start(program("before"))
    guard = supervisor._guard
    first = guard._process.pid
    os.kill(first, signal.SIGKILL)
    guard._process.wait()
    supervisor.start(program("after"))
    assert guard._process.pid != first
    assert set(guard._watched) == {supervisor.pid("before"), supervisor.pid("after")}
    assert place.log.joinpath("guardian.log").read_text() == ""


def test_the_guardian_touches_nothing_that_was_waited_for(place: Place) -> None:
    guard = Guard(place)
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        guard.watch_group(other.pid, signal.SIGKILL)
        guard.forget(other.pid)
        guard.close()
        assert leftovers.is_running(other.pid)
        other.kill()


def test_the_next_start_ends_what_is_on_the_list(place: Place) -> None:
    note = place.run / "children.json"
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as left:
        leftovers.write_down(note, {left.pid: signal.SIGTERM})
        assert leftovers.end_all(note) == 1
        assert left.wait() == -signal.SIGTERM
    assert not note.exists()


def test_a_number_that_means_another_process_by_now_is_left_alone(place: Place) -> None:
    note = place.run / "children.json"
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        leftovers.write_down(note, {other.pid: signal.SIGTERM})
        told = json.loads(note.read_text())
        told["children"][0]["born"] -= 60
        note.write_text(json.dumps(told))
        assert leftovers.end_all(note) == 0
        assert leftovers.is_running(other.pid)
        other.kill()


def test_numbers_from_before_a_restart_of_the_machine_mean_nothing(place: Place) -> None:
    note = place.run / "children.json"
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        leftovers.write_down(note, {other.pid: signal.SIGTERM})
        told = json.loads(note.read_text())
        told["boot"] = psutil.boot_time() - 3600
        note.write_text(json.dumps(told))
        assert leftovers.end_all(note) == 0
        assert leftovers.is_running(other.pid)
        other.kill()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"boot": 1}', '{"boot": 1, "children": [1]}'])
def test_a_damaged_list_is_no_list(place: Place, content: str) -> None:
    note = place.run / "children.json"
    note.write_text(content)
    assert leftovers.end_all(note) == 0
