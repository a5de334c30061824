import os
import signal
import sys
import threading
import time

import pytest

from config.door import interruption
from config.door import supervisor as supervising
from config.door.errors import DoorError
from config.door.leftovers import is_running
from config.door.places import Place
from config.door.program import Program
from config.door.supervisor import Supervisor
from tests.door.conftest import eventually, program

# A parent that, like Celery's, leaves its pool behind when it is killed.
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('child', child.pid, flush=True)\n"
    "time.sleep(600)\n"
)
STUBBORN = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(600)\n"
)


def test_what_dies_is_started_again_under_its_name(supervisor: Supervisor, place: Place) -> None:
    supervisor.start(program("sleeper"))
    first = supervisor.pid("sleeper")
    assert (place.run / "sleeper.pid").read_text() == f"{first}\n"
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: supervisor.restarts("sleeper") == 1)
    second = supervisor.pid("sleeper")
    assert second != first
    assert (place.run / "sleeper.pid").read_text() == f"{second}\n"
    assert is_running(second)


def test_children_of_a_killed_parent_go_with_it(supervisor: Supervisor) -> None:
    supervisor.start(program("parent", PARENT))
    assert eventually(lambda: len(supervisor.pids("parent")) == 2)
    parent, child = supervisor.pids("parent")
    os.kill(parent, signal.SIGKILL)
    assert eventually(lambda: not is_running(child))
    assert eventually(lambda: supervisor.restarts("parent") == 1)


def test_a_stopped_process_stays_down_and_leaves_no_pid_file(
    supervisor: Supervisor, place: Place
) -> None:
    supervisor.start(program("sleeper"))
    pid = supervisor.pid("sleeper")
    supervisor.stop("sleeper")
    time.sleep(supervising.FIRST_PAUSE_SECONDS * 2)
    assert supervisor.names() == []
    assert not is_running(pid)
    assert not (place.run / "sleeper.pid").exists()


def test_a_process_that_does_not_listen_is_killed_when_its_patience_is_over(
    supervisor: Supervisor,
) -> None:
    supervisor.start(program("stubborn", STUBBORN, patience=0.4))
    pid = supervisor.pid("stubborn")
    assert eventually(lambda: supervisor.has_logged("stubborn", "deaf"))
    started = time.monotonic()
    supervisor.stop("stubborn")
    assert 0.4 <= time.monotonic() - started < 2
    assert not is_running(pid)


def test_a_second_ctrl_c_does_not_wait_for_patience(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.start(program("stubborn", STUBBORN, patience=30))
    assert eventually(lambda: supervisor.has_logged("stubborn", "deaf"))
    pressed = threading.Event()
    pressed.set()
    monkeypatch.setattr(interruption, "hurry", pressed)
    started = time.monotonic()
    supervisor.stop("stubborn")
    assert time.monotonic() - started < 2


def test_restarts_of_what_cannot_live_come_slower_and_slower(supervisor: Supervisor) -> None:
    supervisor.start(program("hopeless", "raise SystemExit('no database')"))
    time.sleep(2.0)
    # 0.2, 0.4, 0.8, 1.6 s after each other, not dozens.
    assert 2 <= supervisor.restarts("hopeless") <= 4
    assert "hopeless | no database" in supervisor.last_lines("hopeless")


def test_one_name_cannot_run_twice(supervisor: Supervisor) -> None:
    supervisor.start(program("sleeper"))
    with pytest.raises(DoorError, match="already running"):
        supervisor.start(program("sleeper"))


def test_a_program_that_is_not_there_is_named(supervisor: Supervisor) -> None:
    absent = Program(name="absent", command=["/nowhere/to/be/found"], environment={})
    with pytest.raises(DoorError) as refused:
        supervisor.start(absent)
    assert refused.value.what == "absent could not be started."
    assert "/nowhere/to/be/found" in refused.value.now


def test_a_log_is_kept_within_its_bound(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "LOG_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(supervising, "LOG_BOUND_BYTES", 10_000)
    monkeypatch.setattr(supervising, "LOG_KEPT_BYTES", 1_000)
    made = Supervisor(place)
    try:
        made.start(program("talker", "while True: print('x' * 99, flush=True)"))
        assert eventually((place.log / "talker.log.1").exists)
        assert (place.log / "talker.log.1").stat().st_size == 1_000
        made.stop("talker")
    finally:
        made.close()


def test_standard_input_carries_what_arguments_would_show_to_everybody(
    supervisor: Supervisor,
) -> None:
    supervisor.start(
        Program(
            name="reader",
            command=[sys.executable, "-uc", "import sys; print(len(sys.stdin.read())); input()"],
            environment={},
            stdin=b"requirepass secret\n",
        )
    )
    assert eventually(lambda: supervisor.has_logged("reader", "19"))
