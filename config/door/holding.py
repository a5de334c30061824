"""Who works on this checkout's data now.

One command at a time (`demo`, `dev`, `services`, or a `manage` that found nothing running) starts
servers and holds `run/door.lock`; the system lets go of it however that process ends. A `manage`
that finds it held uses the servers of the holder, whose environment is written down in
`run/environment.json`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from typing import TYPE_CHECKING

from config.door.environment import OUR_VARIABLES
from config.door.errors import DoorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.door.places import Place

START_SECONDS = 120.0
SANDBOX_VARIABLES = ("SANDBOX_URL", "STRIPE_SANDBOX_URL")
HANDED_ON = (
    *OUR_VARIABLES,
    "WEB_URL",
    *SANDBOX_VARIABLES,
    "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH",
)


class HeldByAnotherError(Exception):
    """Another command holds this checkout; the message names it."""


@contextlib.contextmanager
def held(place: Place, command: str) -> Iterator[None]:
    """Hold the checkout's servers. Raises HeldByAnotherError at once when somebody else does."""
    file = place.run / "door.lock"
    with file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldByAnotherError(file.read_text().strip() or "another ./run") from None
        lock.truncate(0)
        lock.write(f"./run {command} (process {os.getpid()})\n")
        lock.flush()
        note = place.run / "environment.json"
        note.unlink(missing_ok=True)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)
            lock.truncate(0)


@contextlib.contextmanager
def held_or_refused(place: Place, command: str) -> Iterator[None]:
    """Hold the checkout's servers, or say who does and how to go on."""
    try:
        with held(place, command):
            yield
    except HeldByAnotherError as other:
        raise DoorError(
            what=f"{other} is running in this checkout.",
            why="two of them would write the same data",
            now="stop that one first (Ctrl-C in its terminal) or work in a second clone; "
            "./run manage may run beside it",
        ) from None


def write_down(place: Place, environment: Mapping[str, str]) -> None:
    """Let other commands find the servers that run now. It holds passwords: for us alone."""
    draft = place.run / "environment.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({name: environment[name] for name in HANDED_ON if name in environment}, out)
    draft.replace(place.run / "environment.json")


def of_holder(place: Place) -> dict[str, str]:
    """Give the environment of the holder, waiting while it still starts."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            known = json.loads((place.run / "environment.json").read_text())
            return {str(name): str(value) for name, value in known.items()}
        except (OSError, ValueError):
            time.sleep(0.1)
    raise DoorError(
        what="The ./run that holds this checkout does not get its servers up.",
        why=f"it has not written {place.run / 'environment.json'} within {START_SECONDS:.0f} s",
        now="look at its terminal and stop it",
    )


@contextlib.contextmanager
def using(place: Place) -> Iterator[None]:
    """Count as a user of the servers; `wait_for_users` waits for the end of this block."""
    with (place.run / "users.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def has_users(place: Place) -> bool:
    """Tell whether another command is using the servers now."""
    with (place.run / "users.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def wait_for_users(place: Place) -> None:
    """Wait until nobody uses the servers any more."""
    with (place.run / "users.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
