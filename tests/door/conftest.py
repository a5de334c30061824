"""A throwaway place, and small programs to look after: the door is tested without Django."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.door.places import Place
from config.door.program import Program
from config.door.supervisor import Supervisor

SLEEPER = "import time; time.sleep(600)"


def program(name: str, script: str = SLEEPER, *, patience: float = 3.0) -> Program:
    return Program(
        name=name, command=[sys.executable, "-c", script], environment={}, patience=patience
    )


def eventually(is_so: Callable[[], bool], *, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return is_so()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(var=tmp_path / "var", throwaway=False)
    made.prepare()
    return made


@pytest.fixture
def supervisor(place: Place) -> Iterator[Supervisor]:
    made = Supervisor(place)
    yield made
    made.close()
