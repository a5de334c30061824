"""What it takes to run one process: command, surroundings, and how it wants to be stopped."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.door.accounts import Switch
from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One process that the supervisor looks after.

    `stop_signal` asks it to end in order; after `patience` seconds its whole group is killed.
    `orphan_signal` is what the guardian sends when the door was killed. `before_start` runs before
    every start, restarts included.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path = CHECKOUT
    switch: Switch = field(default_factory=Switch)
    stdin: bytes = b""
    stop_signal: int = signal.SIGTERM
    patience: float = 8.0
    orphan_signal: int = signal.SIGKILL
    before_start: Callable[[], None] | None = None
